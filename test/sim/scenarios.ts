// The five canonical scenarios: what happens in them is fixed, so that every call of theirs can be made to go wrong.
import type { RunOrder } from "../../src/engine/ports.ts";
import type { Mishap } from "./boundary.ts";
import type { Conduct } from "./containers.ts";
import { noDays } from "./days.ts";
import type { Act, Deed } from "./deeds.ts";
import { hour, minute, type Setup } from "./setup.ts";

export interface Scenario {
  readonly name: string;
  /** The stop reason; where several are right, the first is the usual one. */
  readonly ends: readonly string[];
  readonly setup: () => Omit<Setup, "mishaps">;
}

const policy = "version: 1\nattempts: 3\nchecks:\n  required: [test]\ngate:\n  approvals: 1\n";

interface Story {
  readonly name: string;
  readonly ends: readonly string[];
  /** Whether the executor of this attempt mends it. */
  readonly mends: (order: RunOrder) => boolean;
  /** What the executor wants to call that a person has to allow. */
  readonly asksFor?: string;
  readonly acts?: readonly Act[];
  readonly onReady?: (times: number, issue: number) => readonly Deed[];
}

function act(id: string, at: number, deed: Deed): Act {
  return { id, at, issue: 12, deed };
}

function scenario({
  name,
  ends,
  mends,
  asksFor,
  acts = [],
  onReady = () => [{ do: "approve", by: "bob" }],
}: Story): Scenario {
  return {
    name,
    ends,
    setup() {
      let ready = 0;
      return {
        seed: name,
        issues: [12],
        policy,
        days: noDays,
        checks: ["test"],
        suiteFirst: false,
        checkConduct: (_sha, passes) => ({ ms: 3 * minute, conclusion: passes ? "success" : "failure" }),
        conduct: (order) => ({
          ...conductOf(order, mends(order)),
          ...(asksFor === undefined || order.role !== "executor" ? {} : { asksFor }),
        }),
        checkSays: () => ({ state: "green", note: "", red: [], redAll: "", redCount: 0, findings: [] }),
        knockOutSays: () => ({ held: 1, notHeld: [], unknown: [], beyond: 0, idleTests: [] }),
        acts: [act("label", 1000, { do: "label", by: "alice" }), ...acts],
        onReady(pull, issue) {
          ready += 1;
          return onReady(ready, issue).map((deed, index) => ({
            id: `ready${pull}.${index}`,
            at: hour + index * minute,
            issue,
            deed,
          }));
        },
        fate: () => [800],
        lag: () => 0,
        declines: () => false,
        deletesMergedBranches: true,
        dearer: 1,
        concurrentRuns: 2,
        signed: false,
        queues: false,
        queueConduct: () => ({ ms: minute, ends: "MERGE" }),
        holdsRuns: () => null,
        calmAt: Number.POSITIVE_INFINITY,
        until: 8 * hour,
      };
    },
  };
}

function conductOf(order: RunOrder, good: boolean): Conduct {
  if (order.role === "reviewer") {
    const result = { verdict: "approve", summary: "Read it.", confidence: 0.9, findings: [] };
    return { ms: 2 * minute, status: "finished", result, pushes: null };
  }
  const pushes = {
    passesCi: good,
    lines: 5,
    files: ["src/total.js"],
    risk: "none" as const,
    patch: `patch ${order.id}`,
  };
  return { ms: 4 * minute, status: "finished", result: { summary: "Mended it.", confidence: 0.9 }, pushes };
}

/** The label goes while the push is tried again and again; for the hunt after planted bugs. */
export const stoppedWhilePushing: Scenario = scenario({
  name: "stopped while pushing",
  ends: ["cancelled"],
  mends: () => true,
  acts: [act("unlabel", 4 * minute + 20_000, { do: "unlabel", by: "alice" })],
});

/** How the push fails in it. */
export const failedPushes: readonly { readonly call: string; readonly mishap: Mishap }[] = [1, 2, 3, 4, 5].map(
  (nth) => ({
    call: `runs.publish#${nth}`,
    mishap: "fail_before",
  }),
);

/** The loop has used its attempts up and its issue is closed since; for the hunt as well. */
export const addedToOnClosed: Scenario = scenario({
  name: "added to on a closed issue",
  ends: ["retry_limit"],
  mends: () => false,
  acts: [
    act("close", 3 * hour, { do: "close", by: "alice" }),
    act("add", 3 * hour + 10 * minute, { do: "say", by: "carol", text: "/loop budget +1 attempt" }),
  ],
});

/** A call that a person has to allow is wanted by each attempt, and allowed twice; for the hunt as well. */
export const asksTwice: Scenario = scenario({
  name: "asks twice for what a person has to allow",
  ends: ["task_complete"],
  mends: ({ attempt }) => attempt > 3,
  asksFor: "tracker: close",
  acts: [
    act("yes", hour, { do: "say", by: "bob", text: "/loop approve" }),
    act("again", 3 * hour, { do: "say", by: "carol", text: "/loop approve" }),
  ],
});

/** What happens around a run's end, for the hunt as well: each with what goes wrong in it. */
export const aroundAnEnd: readonly { readonly scenario: Scenario; readonly mishaps: typeof failedPushes }[] = [
  {
    scenario: scenario({
      name: "its container removed while the App is down",
      ends: ["task_complete"],
      mends: () => true,
      acts: [
        act("crash", 3 * minute, { do: "crash", downMs: minute }),
        act("lose", 3 * minute + 10_000, { do: "lose_container" }),
      ],
    }),
    mishaps: [],
  },
  {
    scenario: scenario({
      name: "killed before it is stopped",
      ends: ["cancelled"],
      mends: () => true,
      acts: [act("unlabel", 3 * minute, { do: "unlabel", by: "alice" })],
    }),
    mishaps: [{ call: "runs.stop#1", mishap: "crash_before" }],
  },
  {
    scenario: scenario({
      name: "labelled again while it is stopped",
      ends: ["task_complete"],
      mends: () => true,
      acts: [
        act("unlabel", 3 * minute, { do: "unlabel", by: "alice" }),
        act("again", 3 * minute + 300, { do: "label", by: "alice" }),
      ],
    }),
    mishaps: [],
  },
];

const lost = (at: number, by: "start" | "command"): Act =>
  act("lost", at, { do: "lose_store", downMs: 10 * minute, by });

/** What the store is lost in, and a merge whose branch goes with it; for the hunt as well. */
export const lostAndMerged: readonly Scenario[] = [
  scenario({
    name: "its store lost while the agent works",
    ends: ["task_complete"],
    mends: () => true,
    acts: [lost(3 * minute, "start")],
  }),
  scenario({
    name: "its store lost while the agent works, and restored before the App starts",
    ends: ["task_complete"],
    mends: () => true,
    acts: [lost(3 * minute, "command")],
  }),
  scenario({
    name: "its store lost at the gate",
    ends: ["task_complete"],
    mends: () => true,
    acts: [lost(30 * minute, "start")],
  }),
  scenario({
    name: "its store lost, and an older record put back meanwhile",
    ends: ["state_tampered"],
    mends: () => true,
    acts: [lost(30 * minute, "start"), act("back", 31 * minute, { do: "touch_status", by: "carol", how: "older" })],
  }),
  scenario({
    name: "its store lost while the agent works, and its record deleted meanwhile",
    ends: ["task_complete"],
    mends: () => true,
    acts: [
      act("lost", 2 * minute, { do: "lose_store", downMs: 30_000, by: "start" }),
      act("deleted", 2 * minute + 10_000, { do: "touch_status", by: "carol", how: "delete" }),
    ],
  }),
  scenario({
    name: "its store lost after it was cancelled, and labelled again",
    ends: ["task_complete"],
    mends: () => true,
    acts: [
      act("unlabel", 30 * minute, { do: "unlabel", by: "alice" }),
      lost(40 * minute, "start"),
      act("again", 55 * minute, { do: "label", by: "alice" }),
    ],
  }),
  scenario({
    name: "its store lost in the second loop of its issue",
    ends: ["task_complete"],
    mends: () => true,
    acts: [
      act("unlabel", 20 * minute, { do: "unlabel", by: "alice" }),
      act("again", 30 * minute, { do: "label", by: "alice" }),
      lost(33 * minute, "start"),
    ],
  }),
  ...["one", "another", "a third"].map((order) =>
    scenario({
      name: `merged by a person, and the branch deleted, heard in ${order} order`,
      ends: ["task_complete"],
      mends: () => true,
      onReady: () => [{ do: "merge_pull", by: "carol" }],
    }),
  ),
];

export const scenarios: readonly Scenario[] = [
  scenario({ name: "happy", ends: ["task_complete"], mends: () => true }),
  scenario({ name: "red then green", ends: ["task_complete"], mends: ({ attempt }) => attempt > 1 }),
  scenario({
    name: "changes requested",
    ends: ["task_complete"],
    mends: () => true,
    acts: [act("asks", 2 * hour + 30 * minute, { do: "approve", by: "bob" })],
    onReady: (times) => (times === 1 ? [{ do: "request_changes", by: "carol" }] : []),
  }),
  scenario({
    name: "cancelled mid-run",
    ends: ["cancelled"],
    mends: () => true,
    acts: [act("stop", 3 * minute, { do: "say", by: "alice", text: "/loop stop" })],
  }),
  scenario({
    name: "overtaken",
    ends: ["task_complete"],
    mends: ({ attempt }) => attempt > 1,
    acts: [act("push", 10 * minute, { do: "push", by: "carol", passesCi: true })],
  }),
];
