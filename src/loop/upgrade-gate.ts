// What earlier versions kept of the gate, in today's shape: an approval that was remembered counts for nothing any more.

type Json = Readonly<Record<string, unknown>>;

/**
 * A state that still remembered who approved. `/loop approve` was kept without its comment, so it cannot be read again and
 * has to be said once more; who pushed was not kept, so it is asked.
 */
export function withGate(stored: Json): Json {
  if (!("approvedBy" in stored)) return stored;
  const { approvedBy: _, approvals, ...rest } = stored;
  const awaitsCi = Array.isArray(approvals) && approvals.length > 0;
  return { ...rest, approvals: [], othersPushed: true, awaitsCi, mergedBy: null };
}

/** Reading the gate and merging were two effects; the second acted on what the first had found. */
export function gateEffect(stored: Json): Json {
  return stored.type === "read_gate" || stored.type === "merge" ? { type: "pass_gate" } : stored;
}

/** What came of either, unhandled, has the gate read anew: a merge that happened is found there. */
export function gateEvent(stored: Json): Json {
  const isOld =
    stored.type === "merged" ||
    stored.type === "merge_refused" ||
    (stored.type === "gate_read" && !("merge" in stored));
  return isOld ? { type: "review_submitted", actor: { id: 0, login: "ghost", bot: false }, head: "" } : stored;
}
