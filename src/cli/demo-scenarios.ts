// What can be shown beside a loop that goes well: a question, a plan, a limit, a change that goes too far, a schedule. Each with what people say.
import type { LoopState } from "../loop/state.ts";

/** What a person comments where the loop waits for one. */
export interface Said {
  readonly by: string;
  readonly text: string;
}

export interface Scenario {
  /** One line for the list of options. */
  readonly shows: string;
  /** Lines behind those of the demo's own `.github/loop.yml`. */
  readonly policy?: string;
  /** Labels of the issue that are set before the one that starts the loop. */
  readonly labels?: readonly string[];
  /** The executor, below `fixtures/agents`; absent: the demo's usual one. */
  readonly agent?: string;
  /** Five cron fields: the issue is opened by a schedule of the policy when they next come, on the App's clock. Absent: a person opens it. */
  readonly cron?: string;
  /** By the phase in which it waits, or the cause of the ending in which it stopped: what is said, the first time first. */
  readonly says: Readonly<Record<string, readonly Said[]>>;
}

export const scenarios = {
  question: {
    shows: "the agent asks, a person answers by a number, and the answer is worked by",
    agent: "scenarios/question.sh",
    says: { question: [{ by: "bob", text: "/loop answer 1" }] },
  },
  plan: {
    shows: "the agent plans first, a person has the plan changed and approves it, and the work follows it",
    labels: ["loop:plan-first"],
    agent: "scenarios/plan.sh",
    says: {
      awaiting_plan: [
        { by: "bob", text: "/loop plan Keep the hours in a function of their own." },
        { by: "bob", text: "/loop approve" },
      ],
    },
  },
  budget: {
    shows: "the attempts are used up, the work is kept, and a person grants one more",
    policy: "attempts: 1\n",
    says: { attempts: [{ by: "alice", text: "/loop budget +1 attempt" }] },
  },
  risky: {
    shows: "the change goes too far, nothing of it is pushed, and a person refuses that part of it",
    agent: "scenarios/risky.sh",
    says: { risks: [{ by: "bob", text: "/loop deny Leave the owners of the code as they are." }] },
  },
  schedule: {
    shows:
      "nobody labels anything: a schedule of the policy opens the issue and starts its loop, and a person approves it",
    cron: "0 6 * * 1",
    says: {},
  },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;

export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];

/** What is said next where the loop waits now, after so many words in the same place; null: nothing is planned. */
export function nextSaid(scenario: Scenario | null, state: LoopState, given: ReadonlyMap<string, number>): Said | null {
  return scenario?.says[placeOf(state)]?.[given.get(placeOf(state)) ?? 0] ?? null;
}

/** Where the loop waits: its phase, or once it has stopped what it stopped for. */
export function placeOf({ phase, ending }: LoopState): string {
  return phase === "settled" ? (ending?.of ?? phase) : phase;
}
