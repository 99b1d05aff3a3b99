// Builds loops for tests: a whole valid state of which a test names only what matters.
import type { EndingDraft } from "../../src/loop/end.ts";
import type { Ending } from "../../src/loop/state.ts";
import {
  type Attempt,
  type Finding,
  type Isolation,
  type LoopState,
  noTokens,
  type Rules,
  type RunFacts,
  type Verdict,
} from "../../src/loop/state.ts";

/** 2026-01-05 09:00 UTC: when every built loop was labelled. */
export const labelledAt = Date.parse("2026-01-05T09:00:00Z");

export const minute = 60_000;
export const hour = 60 * minute;

/** A commit id made of one repeated hexadecimal digit. */
export function sha(digit: string): string {
  return digit.repeat(40);
}

export function someRules(change: Partial<Rules> = {}): Rules {
  return {
    label: "loop",
    policySha: sha("b"),
    executor: { agent: "command", model: "", command: "agent", image: "toolchain" },
    reviewer: { agent: "command", model: "", command: "reviewer", image: "toolchain" },
    budgetNano: 5e9,
    raise: { by: "write", nano: 20e9, attempts: 10, ms: 72 * hour },
    hosts: [],
    attempts: 3,
    lifetimeRuns: 20,
    issueRuns: 60,
    issueNano: 25e9,
    attemptMs: 20 * minute,
    silenceMs: 10 * minute,
    loopMs: 12 * hour,
    ciWaitMs: 60 * minute,
    gateReminderMs: 48 * hour,
    gateExpiryMs: 14 * 24 * hour,
    changedLines: 2000,
    changedFiles: 60,
    confidence: 0.4,
    protectedPaths: [".github/**"],
    requiredChecks: [],
    skippedChecks: "block",
    draft: "until_green",
    signOff: false,
    approvals: 1,
    reviewers: [],
    merge: false,
    ...change,
  };
}

export const sealed: Isolation = {
  runtime: "docker",
  network: "none",
  capabilities: [],
  readOnlyRoot: true,
  user: "65534:65534",
};

export function aRun(change: Partial<RunFacts> = {}): RunFacts {
  return {
    id: "12-k3f9-1",
    role: "executor",
    startedAt: labelledAt + 10_000,
    endedAt: labelledAt + 70_000,
    status: "finished",
    exitCode: 0,
    isolation: sealed,
    spentNano: 0,
    tokens: noTokens,
    tools: [],
    logSha256: "1".repeat(64),
    briefSha256: "2".repeat(64),
    ...change,
  };
}

export function aFinding(change: Partial<Finding> = {}): Finding {
  return {
    source: "ci",
    title: "test: 1 failing",
    detail: "expected 2, got 3",
    path: null,
    line: null,
    url: null,
    ...change,
  };
}

export function aVerdict(change: Partial<Verdict> = {}): Verdict {
  return {
    head: sha("c"),
    colour: "green",
    parts: [
      { source: "ci", name: "test", colour: "green", note: "success", url: null },
      { source: "review", name: "review", colour: "green", note: "approved", url: null },
    ],
    findings: [],
    fingerprint: "",
    ...change,
  };
}

/** A red verdict of CI's check `test` with the given findings. */
export function aRedVerdict(findings: Finding[] = [aFinding()]): Verdict {
  const parts: Verdict["parts"] = [{ source: "ci", name: "test", colour: "red", note: "failure", url: null }];
  return aVerdict({ colour: "red", parts, findings, fingerprint: "0123456789abcdef" });
}

/** An attempt that ended after a minute with a pushed commit and no verdict. */
export function anAttempt(change: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    startedAt: labelledAt + 10_000,
    endedAt: labelledAt + 82_000,
    base: sha("a"),
    head: sha("c"),
    runs: [aRun()],
    claim: null,
    change: { files: 2, additions: 3, deletions: 1, paths: ["src/sum.js", "test/sum.test.js"], patchId: sha("d") },
    review: null,
    verdict: null,
    counted: true,
    ...change,
  };
}

/** A claimed loop on issue 12 of acme/widgets, before its first attempt. */
export function aLoop(change: Partial<LoopState> = {}): LoopState {
  return {
    version: 1,
    id: "k3f9",
    revision: 5,
    phase: "preparing",
    issue: { installationId: 1, repositoryId: 100, owner: "acme", name: "widgets", number: 12 },
    title: "sum() is off by one",
    requester: { id: 7, login: "alice", bot: false },
    earlier: { loops: 0, runs: 0, spentNano: 0 },
    label: "loop",
    startedAt: labelledAt,
    labelSetAt: null,
    grantedAt: labelledAt,
    worked: { ms: 0, since: labelledAt },
    queued: null,
    rules: someRules(),
    snapshot: {
      sha256: "5".repeat(64),
      title: "sum() is off by one",
      comments: [],
      removed: [],
      at: labelledAt + 2_000,
    },
    base: { branch: "main", sha: sha("a") },
    behind: null,
    mergesTried: 0,
    updatesTried: 0,
    updateRefused: null,
    branch: "loop/12-k3f9",
    head: null,
    pull: null,
    comments: { status: 900, attempts: {} },
    attempts: [],
    granted: 3,
    grantedNano: 5e9,
    outOfBudget: false,
    runsStarted: 0,
    ciSeen: false,
    ciSince: null,
    ciOverdue: false,
    ciLooked: false,
    reviewSeen: false,
    changesRequested: [],
    requestsHeard: [],
    permits: [],
    resumeAt: null,
    gateSince: null,
    gateLooks: 0,
    gateReminded: false,
    approvals: [],
    othersPushed: false,
    awaitsCi: false,
    mergedBy: null,
    refusalsSaid: [],
    ending: null,
    ...change,
  };
}

/** The pull request of a built loop. */
export const aPull: NonNullable<LoopState["pull"]> = {
  number: 13,
  nodeId: "PR_13",
  draft: true,
  url: "https://github.com/acme/widgets/pull/13",
};

/** A loop whose first attempt is published and stands on its pull request. */
export function aPublishedLoop(change: Partial<LoopState> = {}): LoopState {
  return aLoop({
    phase: "verifying",
    head: sha("c"),
    pull: aPull,
    attempts: [anAttempt({ endedAt: null })],
    runsStarted: 2,
    ...change,
  });
}

/** A loop that has ended for the given reason after one published attempt. */
export function anEndedLoop(
  ending: EndingDraft & Partial<Pick<Ending, "at" | "during">>,
  change: Partial<LoopState> = {},
): LoopState {
  return aPublishedLoop({
    phase: "settled",
    attempts: [anAttempt({ verdict: aRedVerdict() })],
    ending: {
      quote: null,
      at: labelledAt + 5 * minute,
      by: null,
      during: "verifying",
      resume: "none",
      pendingHead: null,
      ...ending,
    },
    ...change,
  });
}
