// The work clock of a state that was stored or sealed before there was one.

type Json = Readonly<Record<string, unknown>>;

/**
 * The work clock. Before it, all that had passed since the grant counted. What counts now is read off the attempts: what
 * the ended ones took, and for the one under way the time since its last run began. So nobody's night at the gate is
 * charged, and no loop is given more than it had.
 */
export function withClock(state: Json): Json {
  if (state.worked !== undefined) return state;
  const grantedAt = numberIn(state.grantedAt) ?? 0;
  const attempts = objectsIn(state.attempts).filter((one) => (numberIn(one.startedAt) ?? 0) >= grantedAt);
  const open = attempts.findLast((one) => one.endedAt === null);
  const runs = open === undefined ? [] : objectsIn(open.runs);
  const last = runs.at(-1) ?? attempts.at(-1);
  const isStanding = ["awaiting_gate", "paused", "settled", "refused"].includes(String(state.phase));
  // The run under way counts by the clock from here on; where the clock stands, none is.
  const over = isStanding ? runs : runs.slice(0, -1);
  const ms = [...attempts, ...over].reduce((sum, one) => sum + spanOf(one), 0);
  const began = numberIn(last?.startedAt) ?? grantedAt;
  const since = open === undefined ? (numberIn(last?.endedAt) ?? began) : began;
  const isJudged = state.phase === "verifying";
  return {
    ...state,
    worked: { ms, since: isStanding ? null : since },
    ...(isJudged && state.ciSince === undefined ? { ciSince: since } : {}),
  };
}

function spanOf({ startedAt, endedAt }: Json): number {
  const [from, to] = [numberIn(startedAt), numberIn(endedAt)];
  return from === null || to === null ? 0 : Math.max(0, to - from);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectsIn(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function numberIn(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
