// The five canonical scenarios: what happens in them is fixed, so that every call of theirs can be made to go wrong.
import type { RunOrder } from "../../src/engine/ports.ts";
import type { Mishap } from "./boundary.ts";
import type { Conduct } from "./containers.ts";
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
  readonly acts?: readonly Act[];
  readonly onReady?: (times: number, issue: number) => readonly Deed[];
}

function act(id: string, at: number, deed: Deed): Act {
  return { id, at, issue: 12, deed };
}

function scenario({ name, ends, mends, acts = [], onReady = () => [{ do: "approve", by: "bob" }] }: Story): Scenario {
  return {
    name,
    ends,
    setup() {
      let ready = 0;
      return {
        seed: name,
        issues: [12],
        policy,
        checks: ["test"],
        suiteFirst: false,
        checkConduct: (_sha, passes) => ({ ms: 3 * minute, conclusion: passes ? "success" : "failure" }),
        conduct: (order) => conductOf(order, mends(order)),
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
        concurrentRuns: 2,
        signed: false,
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
    // A label whose webhook comes only after the loop was cancelled finds no label and is refused.
    ends: ["cancelled", "refused"],
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
