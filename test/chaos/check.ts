// The checker: from a repository's history alone, whether anything was lost, doubled or out of order.
import type { LoopState } from "../../src/loop/state.ts";
import { checkBranch, checkPulls } from "./check-branch.ts";
import { checkGate } from "./check-gate.ts";
import { checkComments, checkThread, type LoopThread, loopsOf } from "./check-thread.ts";
import type { History } from "./history.ts";

export type Kind = "lost" | "doubled" | "out of order";

export interface Finding {
  readonly kind: Kind;
  /** Repository and issue, such as `acme/shop#4`. */
  readonly where: string;
  readonly what: string;
}

/** What a loop's thread and record are judged by. */
export interface Expected {
  readonly sealKey: Uint8Array;
  /** The trigger label. */
  readonly label: string;
  /** The one who approves. */
  readonly approver: string;
  readonly ciCheck: string;
  /**
   * How a loop's issue should have ended, by its number: the reasons of its endings, in order. Whoever kills again and
   * again wears out retries, so an honest stop for `infrastructure_error` may come before any of them.
   */
  readonly endings: (issue: number) => readonly string[];
}

/** Every finding, oldest issue first; none where the history is as it should be. */
export function checkHistory(history: History, expected: Expected): Finding[] {
  const labelled = history.issues.filter(({ number }) => isLabelled(history, number, expected.label));
  const perIssue = labelled.flatMap(({ number }) => {
    const say = (kind: Kind, what: string): Finding => ({ kind, where: `${history.name}#${number}`, what });
    const [loop, ...others] = loopsOf(history, number, expected);
    if (loop === undefined) return [say("lost", "the label was set, and no status comment says what came of it")];
    return [
      ...others.map(({ id }) => say("doubled", `a second loop, ${id}, began from one label`)),
      ...checkThread(history, loop, expected, say),
      ...checkComments(history, number, say),
      ...(loop.state === null ? [] : checkWork(history, { ...loop, state: loop.state }, expected, say)),
    ];
  });
  return [
    ...perIssue,
    ...strayBranches(
      history,
      labelled.map(({ number }) => number),
    ),
  ];
}

export type Say = (kind: Kind, what: string) => Finding;

/** A loop whose record could be read. */
export interface ReadLoop extends LoopThread {
  readonly state: LoopState;
}

function checkWork(history: History, loop: ReadLoop, expected: Expected, say: Say): Finding[] {
  return [
    ...checkBranch(history, loop, say),
    ...checkPulls(history, loop, say),
    ...checkGate(history, loop, expected, say),
  ];
}

function isLabelled(history: History, issue: number, label: string): boolean {
  return history.happenings.some(
    (one) => one.kind === "label" && one.issue === issue && one.label === label && one.set && one.by !== history.bot,
  );
}

/** The App moves nothing but the branches of its loops; the base moves only with a merge. */
function strayBranches(history: History, issues: readonly number[]): Finding[] {
  const where = history.name;
  return Object.keys(history.branches)
    .filter((branch) => branch.startsWith("loop/"))
    .filter((branch) => !issues.some((issue) => branch.startsWith(`loop/${issue}-`)))
    .map((branch) => ({ kind: "doubled", where, what: `the branch ${branch} belongs to no labelled issue` }));
}
