// Brings a loop back from its issue's thread when the store does not know it.

import { isAnswered } from "../../loop/begin.ts";
import type { RecordFault } from "../../loop/cause.ts";
import type { RestoredFacts } from "../../loop/event.ts";
import { issueKeyOf } from "../../loop/issue-key.ts";
import { endingOfNewer } from "../../loop/restore.ts";
import type { Attempt, IssueRef, LoopState } from "../../loop/state.ts";
import { decodeRecord } from "../../record/codec.ts";
import { decodeFacts } from "../../record/facts.ts";
import { anyStatusMarker, attemptMarker, stopMarker } from "../../record/markers.ts";
import { recallDetail } from "../../record/recall.ts";
import { stopComment } from "../../report/report.ts";
import type { LoopLook, ThreadRead } from "../ports.ts";
import type { World } from "../world.ts";

/** What became of one issue. `fresh`: it is labelled and has no loop yet, so it gets one. */
export type Restored =
  | {
      readonly kind: "restored";
      readonly loop: string;
      readonly phase: string;
      readonly attempts: number;
      readonly gone: readonly number[];
    }
  | { readonly kind: "tampered"; readonly why: RecordFault }
  | { readonly kind: "newer"; readonly version: number }
  | { readonly kind: "fresh" | "nothing" };

/** What restoring needs of the engine, or of a command where there is none. */
export type RestoreWorld = Pick<World, "clock" | "log" | "store" | "github" | "sealKey" | "submit" | "stopping">;

export interface RestoreParts {
  readonly world: RestoreWorld;
  readonly label: string;
  readonly newLoopId: () => string;
}

/** At most two requests for a loop that is found. The events it adds are handled in the issue's next turn. Throws Fault. */
export async function restoreIssue(parts: RestoreParts, issue: IssueRef): Promise<Restored> {
  const { world, label } = parts;
  const thread = await world.github.readThread(issue, label, anyStatusMarker);
  if (thread.isPull) return { kind: "nothing" };
  const status = thread.ours.findLast((comment) => comment.body.includes(anyStatusMarker));
  const decoded =
    status === undefined
      ? ({ kind: "absent" } as const)
      : decodeRecord(status.body, world.sealKey, { repositoryId: issue.repositoryId, issue: issue.number });
  const labelled = thread.open && thread.labelledBy !== null && !thread.labelledBy.actor.bot;
  if (status === undefined) {
    if (!labelled) return { kind: "nothing" };
    // Whoever edits the record away must not get a new loop with new grants for it.
    const touched = thread.ours.find((comment) => comment.editedBy !== null);
    const why = "perhaps_edited_away";
    return touched === undefined ? begin(parts, issue, thread) : tampered(parts, issue, thread, touched, why);
  }
  if (decoded.kind === "ok" && status.editedBy === null) {
    const again = labelled && isOver(decoded.state) && isSetAgain(thread, decoded.state, status.changedAt);
    const restored = await takeUp(parts, issue, thread, decoded.state, status.id);
    // The loop that ended comes back first: what it came to counts against what all loops of its issue may.
    return again ? begin(parts, issue, thread) : restored;
  }
  if (!labelled) return { kind: "nothing" };
  if (decoded.kind === "newer") return rest(parts, issue, thread, decoded.version);
  const why = decoded.kind === "tampered" ? decoded.why : "edited";
  return tampered(parts, issue, thread, status, why);
}

/** One act of labelling begins one loop, however often it is seen. */
async function begin(parts: RestoreParts, issue: IssueRef, thread: ThreadRead): Promise<Restored> {
  const at = thread.labelledBy?.at;
  const said = {
    ...about(parts, issue, thread),
    actor: labelledBy(thread),
    ...(at === undefined ? {} : { setAt: at }),
  };
  const event = { type: "labelled", ...said, threadSeen: true } as const;
  await parts.world.submit(keyOf(issue), event, `labelled/${keyOf(issue)}/${thread.labelledBy?.at}`);
  return { kind: "fresh" };
}

async function tampered(
  parts: RestoreParts,
  issue: IssueRef,
  thread: ThreadRead,
  { id, changedAt, editedBy: by }: ThreadRead["ours"][number],
  why: RecordFault,
): Promise<Restored> {
  const requester = labelledBy(thread);
  const at = thread.labelledBy?.at;
  const label = at === undefined ? {} : { setAt: at }; // it is answered with this: a delivery of it that comes late begins nothing
  const event = { type: "record_tampered", ...about(parts, issue, thread), ...label, requester, by, why } as const;
  await parts.world.submit(keyOf(issue), event, `tampered/${id}/${changedAt}`);
  return { kind: "tampered", why };
}

async function takeUp(
  parts: RestoreParts,
  issue: IssueRef,
  thread: ThreadRead,
  record: LoopState,
  status: number,
): Promise<Restored> {
  const { world, label } = parts;
  const key = keyOf(issue);
  const asked = { issue: issue.number, branch: record.branch, pull: record.pull?.number ?? null };
  const [look] = (await world.github.survey(issue, label, [asked])).loops;
  const { state: recalled, gone } = recallDetail(record, factsIn(thread, record, world.sealKey));
  const moved: LoopState = { ...recalled, issue }; // names may have changed since; the seal is about the ids
  const facts = factsOf(thread, look, record, status);
  await world.submit(key, { type: "restored", record: moved, facts }, `restored/${record.id}/${record.revision}`);
  if (gone.length > 0) world.log.info({ loop: record.id, attempts: gone }, "only the outcome of attempts is left");
  return { kind: "restored", loop: record.id, phase: record.phase, attempts: record.attempts.length, gone };
}

/** The sealed facts of attempts, from their own comments; one that somebody else changed is no witness. */
function factsIn(thread: ThreadRead, record: LoopState, key: Uint8Array): Map<number, Attempt> {
  const { id: loop, issue } = record;
  const found = new Map<number, Attempt>();
  for (const { number: attempt } of record.attempts) {
    const comment = thread.ours.find(({ body }) => body.includes(attemptMarker(loop, attempt)));
    if (comment === undefined || comment.editedBy !== null) continue;
    const expected = { repositoryId: issue.repositoryId, issue: issue.number, loop, attempt };
    const facts = decodeFacts(comment.body, key, expected);
    if (facts !== null) found.set(attempt, facts);
  }
  return found;
}

function factsOf(thread: ThreadRead, look: LoopLook | undefined, record: LoopState, status: number): RestoredFacts {
  const found = (marker: string) => thread.ours.find((comment) => comment.body.includes(marker));
  const posted = record.attempts.flatMap(({ number }) => {
    const comment = found(attemptMarker(record.id, number));
    return comment === undefined ? [] : [[String(number), comment.id] as const];
  });
  return {
    open: thread.open,
    labels: thread.labels,
    running: [], // the host is looked at when this is decided: bring-back.ts
    branch: look?.branch ?? null,
    pull: look?.pull ?? null,
    comments: {
      status,
      attempts: Object.fromEntries(posted),
      stop: record.ending !== null && found(stopMarker(record.id, record.ending.at)) !== undefined,
    },
  };
}

/** A newer Loopgate wrote this record: nothing of it is touched, and the thread says once who can go on with it. */
async function rest(parts: RestoreParts, issue: IssueRef, thread: ThreadRead, version: number): Promise<Restored> {
  const { world } = parts;
  const event = {
    type: "labelled",
    ...about(parts, issue, thread),
    loop: "record",
    actor: labelledBy(thread),
  } as const;
  const state = endingOfNewer(event, version, world.clock.now());
  const marker = stopMarker("record", version);
  await world.github.createComment(issue, [stopComment(state), marker].join("\n\n"), marker, true);
  return { kind: "newer", version };
}

function about({ label, newLoopId }: RestoreParts, issue: IssueRef, { title }: ThreadRead) {
  return { issue, loop: newLoopId(), title, label };
}

function labelledBy({ labelledBy }: ThreadRead): LoopState["requester"] {
  return labelledBy?.actor ?? { id: 0, login: "ghost", bot: false };
}

/** Since the label that the record's loop answers, or, in a record that does not say which, since it was last written; all by GitHub's clock. */
function isSetAgain({ labelledBy }: ThreadRead, { labelSetAt }: LoopState, writtenAt: number): boolean {
  const at = labelledBy?.at ?? 0;
  return labelSetAt === null ? at > writtenAt : !isAnswered(labelSetAt, at);
}

function isOver(record: LoopState): boolean {
  return record.phase === "settled" || record.phase === "refused";
}

function keyOf({ repositoryId, number }: IssueRef): string {
  return issueKeyOf(repositoryId, number);
}
