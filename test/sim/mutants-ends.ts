// Known bugs of a run's end, planted one at a time: what is lost, paid twice, or left lying when the App dies around it.
import type { Effect } from "../../src/loop/effect.ts";
import type { Decision } from "../../src/loop/end.ts";
import type { LoopEvent } from "../../src/loop/event.ts";
import type { LoopState } from "../../src/loop/state.ts";
import type { Mutate, SimParts } from "./simulate.ts";

type Decide = (state: LoopState | null, event: LoopEvent, now: number) => Decision;

/** The ways to plant them, as the other mutants have them. */
export interface Planting {
  readonly machine: (change: (right: Decide) => Decide) => Mutate;
  readonly mishearing: (change: (event: LoopEvent, state: LoopState | null) => LoopEvent) => Mutate;
  readonly without: (type: Effect["type"]) => Mutate;
  readonly runs: (change: (port: SimParts["runs"]) => Partial<SimParts["runs"]>) => Mutate;
}

const nothingSpent = { spentNano: 0, tokens: { input: 0, cached: 0, output: 0 } };

export function endMutants({ machine, mishearing, without, runs }: Planting): Readonly<Record<string, Mutate>> {
  return {
    "what a run left goes as soon as it ended": runs((port) => ({
      async start(order) {
        const started = await port.start(order);
        const done = started.done.then(async (report) => {
          await port.forget(order.id, true);
          return report;
        });
        return { ...started, done };
      },
    })),
    "what a run left is never cleared away": without("forget_run"),
    "a run that was lost cost nothing": runs(() => ({ spentBy: async () => nothingSpent })),
    "runs that began after the record was written are not asked for": runs(() => ({ begunSince: async () => [] })),
    "what earlier processes left is not looked for": runs(() => ({ left: async () => [] })),
    "a label set again takes the place of a loop that is not told of its last run": machine(
      (right) => (state, event, now) => right(event.type === "labelled" ? withoutUntold(state) : state, event, now),
    ),
    "a label set again forgets what the issue's loops came to": machine((right) => (state, event, now) => {
      const next = right(state, event, now);
      const begins = event.type === "labelled" && next.state !== null && next.state.id !== state?.id;
      const nothing = { loops: 0, runs: 0, spentNano: 0 };
      return begins && next.state !== null ? { ...next, state: { ...next.state, earlier: nothing } } : next;
    }),
    "the money of an end that nobody waits for is not booked": mishearing((event, state) => {
      if (event.type !== "run_ended") return event;
      const run = state?.attempts.flatMap((attempt) => attempt.runs).find(({ id }) => id === event.run);
      return run?.status === "running" ? event : { ...event, ...nothingSpent };
    }),
    "what a run spent is booked twice": mishearing((event) =>
      event.type === "run_ended" ? { ...event, spentNano: 2 * event.spentNano } : event,
    ),
    "an end that was kept is not asked for": runs((port) => ({
      async adopt(loop, run) {
        const found = await port.adopt(loop, run);
        const over = new Promise<null>((resolve) => void found?.done.then(() => resolve(null)));
        return found === null ? null : { ...found, done: over.then(() => new Promise<never>(() => {})) };
      },
    })),
  };
}

function withoutUntold(state: LoopState | null): LoopState | null {
  if (state === null) return null;
  const told = ({ untold, ...run }: LoopState["attempts"][number]["runs"][number]) => run;
  return { ...state, attempts: state.attempts.map((attempt) => ({ ...attempt, runs: attempt.runs.map(told) })) };
}
