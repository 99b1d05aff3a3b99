// A history as it should be, for tests that spoil it in one way each: a loop whose first attempt was red, approved at its second.
import type { LoopState } from "../../src/loop/state.ts";
import { encodeRecord } from "../../src/record/codec.ts";
import { attemptMarker, statusMarker, stopMarker } from "../../src/record/markers.ts";
import { sealKey } from "../../src/record/seal.ts";
import { aLoop, anAttempt, aRedVerdict, aRun, aVerdict, someRules } from "../loop/builder.ts";
import type { Expected } from "./check.ts";
import type { Happening, History } from "./history.ts";

export const issue = 12;
export const branch = "loop/12-k3f9aa";
const base = "a".repeat(40);
export const [first, second] = ["b", "c"].map((digit) => digit.repeat(40)) as [string, string];
const bot = "loopgate[bot]";
const endedAt = 1_767_603_700_000;

export const expected: Expected = {
  sealKey: sealKey("a seal secret of the checker's tests"),
  label: "loop",
  approver: "bob",
  ciCheck: "ci / test",
  endings: () => ["task_complete"],
};

const review: NonNullable<LoopState["attempts"][number]["review"]> = {
  verdict: "approve",
  summary: "Fine.",
  confidence: 0.9,
  findings: [],
};

/** The loop at a revision; the first of them is before its first push, the last is its end. */
export function stateAt(revision: number, change: Partial<LoopState> = {}): LoopState {
  const run = (count: number) => [aRun({ id: `12-k3f9aa-${count}` })];
  const red = anAttempt({ number: 1, base, head: first, runs: run(1), verdict: aRedVerdict(), review });
  const green = anAttempt({ number: 2, base: first, head: second, runs: run(2), verdict: aVerdict(), review });
  const begun = anAttempt({ number: 1, base, head: null, runs: run(1) });
  const shared = { id: "k3f9aa", branch, rules: someRules({ reviewers: ["bob"] }), revision };
  if (revision < 5) return aLoop({ ...shared, phase: "executing", attempts: [begun], runsStarted: 1, ...change });
  const next = anAttempt({ number: 2, base: first, head: null, runs: run(2) });
  if (revision < 9) {
    return aLoop({ ...shared, phase: "executing", attempts: [red, next], head: first, runsStarted: 2, ...change });
  }
  return aLoop({
    ...shared,
    phase: "settled",
    attempts: [red, green],
    head: second,
    runsStarted: 2,
    ending: {
      reason: "task_complete",
      of: "approved",
      quote: null,
      at: endedAt,
      by: "bob",
      during: "awaiting_gate",
      resume: "none",
      pendingHead: null,
    },
    ...change,
  });
}

/** A comment's happening by the App; comment ids tell which comment it is. */
export function said(comment: number, body: string, action: "created" | "edited" | "deleted" = "created"): Happening {
  return { kind: "comment", action, issue, comment, author: bot, by: bot, body };
}

export const statusBody = (state: LoopState) =>
  ["### Loopgate", statusMarker(state.id), encodeRecord(state, expected.sealKey)].join("\n\n");
export const attemptBody = (number: number) => `### Attempt ${number}\n\n${attemptMarker("k3f9aa", number)}`;
export const stopBody = (at = endedAt) => `**Done.**\n\n${stopMarker("k3f9aa", at)}`;

export const push = (
  before: string,
  after: string,
  change: Partial<Extract<Happening, { kind: "branch" }>> = {},
): Happening => ({
  kind: "branch",
  branch,
  before,
  after,
  forward: true,
  by: bot,
  ...change,
});

const check = (
  id: number,
  name: string,
  head: string,
  externalId: string,
  conclusion: string,
): Extract<Happening, { kind: "check" }> => ({
  kind: "check",
  id,
  name,
  head,
  externalId,
  conclusion,
  by: name.startsWith("ci") ? "ci[bot]" : bot,
});

const pull = (action: string, head: string, merged = false): Extract<Happening, { kind: "pull" }> => ({
  kind: "pull",
  action,
  pull: 13,
  branch,
  head,
  merged,
  by: bot,
});

/** Every step by name, in the order of a loop that nothing happened to. */
export const steps = {
  labelled: { kind: "label", issue, label: "loop", set: true, by: "alice" },
  status: said(1, statusBody(stateAt(1))),
  firstPush: push("0".repeat(40), first),
  pull: pull("opened", first),
  firstCi: check(1, "ci / test", first, "", "failure"),
  firstVerdict: check(2, "loop / verdict", first, "k3f9aa/1", "success"),
  firstAttempt: said(2, attemptBody(1)),
  secondStatus: said(1, statusBody(stateAt(5)), "edited"),
  secondPush: push(first, second),
  secondCi: check(3, "ci / test", second, "", "success"),
  secondVerdict: check(4, "loop / verdict", second, "k3f9aa/2", "success"),
  secondAttempt: said(3, attemptBody(2)),
  ready: pull("ready_for_review", second),
  approval: { kind: "review", pull: 13, state: "approved", head: second, by: "bob" },
  lastStatus: said(1, statusBody(stateAt(9)), "edited"),
  stop: said(4, stopBody()),
} as const satisfies Record<string, Happening>;

export type Step = keyof typeof steps;

/** The history of these happenings: what stands on the forge now follows from them. */
export function historyOf(happenings: readonly Happening[], change: Partial<History> = {}): History {
  const comments = new Map<number, string>();
  const branches: Record<string, string> = { main: base };
  for (const one of happenings) {
    if (one.kind === "comment" && one.action === "deleted") comments.delete(one.comment);
    if (one.kind === "comment" && one.action !== "deleted") comments.set(one.comment, one.body);
    if (one.kind === "branch") branches[one.branch] = one.after;
  }
  const checks = happenings.flatMap((one) => (one.kind === "check" ? [one] : []));
  return {
    repositoryId: stateAt(1).issue.repositoryId,
    name: "acme/widgets",
    bot,
    happenings,
    issues: [
      {
        number: issue,
        labels: ["loop:done"],
        comments: [...comments].map(([id, body]) => ({ id, author: bot, body })),
      },
    ],
    pulls: [{ number: 13, branch, head: second, draft: false, merged: false }],
    checks: checks.map(({ name, head, externalId, conclusion, by }) => ({ name, head, externalId, conclusion, by })),
    branches,
    ...change,
  };
}
