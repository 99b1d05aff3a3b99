// How a bug is planted: into the machine, into a port, or into what decides whether an effect is still wanted.
import type { RunsPort, StorePort } from "../../src/engine/ports.ts";
import { decide } from "../../src/loop/decide.ts";
import type { Effect } from "../../src/loop/effect.ts";
import type { Decision } from "../../src/loop/end.ts";
import type { LoopEvent } from "../../src/loop/event.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { nextOf, sift } from "../../src/loop/still.ts";
import type { Mutate, SimParts } from "./simulate.ts";
import type { Disk } from "./store.ts";

type Decide = (state: LoopState | null, event: LoopEvent, now: number) => Decision;

/** Another machine in the place of `decide`: what is committed is what it says. */
export function machine(change: (right: Decide) => Decide): Mutate {
  const wrong = change(decide);
  return (parts, disk) => {
    const host = overheard(parts.runs);
    return { ...parts, runs: host.runs, store: redeciding(parts.store, disk, told) };

    /** What the host has of a loop that comes back is asked between its event and its decision. */
    function told(state: LoopState | null, event: LoopEvent, now: number): Decision {
      const whole =
        event.type === "restored" ? { ...event, facts: { ...event.facts, ...host.has(event.record) } } : event;
      return wrong(state, whole, now);
    }
  };
}

/** The port, and what it last said of the runs of a loop. */
function overheard(runs: RunsPort) {
  let since: Awaited<ReturnType<RunsPort["begunSince"]>> = [];
  let left: Awaited<ReturnType<RunsPort["left"]>> = [];
  let running: string[] = [];
  const listening: RunsPort = {
    ...runs,
    async begunSince(record) {
      running = [];
      since = await runs.begunSince(record);
      return since;
    },
    async adopt(loop, run) {
      const found = await runs.adopt(loop, run);
      if (found !== null) running.push(run);
      return found;
    },
    async left(issue) {
      left = await runs.left(issue);
      return left;
    },
  };
  const has = ({ id }: LoopState) => ({
    since,
    running: running.filter((run) => run.includes(`-${id}-`)),
    left: left.filter(({ loop }) => loop === id).map((one) => one.id),
  });
  return { runs: listening, has };
}

function redeciding(store: StorePort, disk: Disk, wrong: Decide): StorePort {
  return {
    ...store,
    commit(step) {
      const event = disk.openEvents.get(step.issueKey)?.find((one) => one.seq === step.seq);
      const isPutBehind = step.state === null && step.effects.length === 0; // a loop is recalled from its thread first
      if (event === undefined || isPutBehind) return store.commit(step);
      const { state, effects } = wrong(disk.loops.get(step.issueKey) ?? null, event.event, step.now);
      return store.commit({ ...step, state, effects });
    },
  };
}

/** The machine with one kind of effect taken away. */
export const without = (type: Effect["type"], event?: LoopEvent["type"]) =>
  machine((right) => (state, happened, now) => {
    const decision = right(state, happened, now);
    if (event !== undefined && happened.type !== event) return decision;
    return { ...decision, effects: decision.effects.filter((effect) => effect.type !== type) };
  });

/** The machine that is told something else than what happened. */
export const mishearing = (change: (event: LoopEvent, state: LoopState | null) => LoopEvent) =>
  machine((right) => (state, event, now) => right(state, change(event, state), now));

export const github = (change: (port: SimParts["github"]) => Partial<SimParts["github"]>): Mutate => {
  return (parts) => ({ ...parts, github: { ...parts.github, ...change(parts.github) } });
};
export const store = (change: (port: StorePort, disk: Disk) => Partial<StorePort>): Mutate => {
  return (parts, disk) => ({ ...parts, store: { ...parts.store, ...change(parts.store, disk) } });
};
export const runs = (change: (port: SimParts["runs"]) => Partial<SimParts["runs"]>): Mutate => {
  return (parts) => ({ ...parts, runs: { ...parts.runs, ...change(parts.runs) } });
};

type Decider = NonNullable<SimParts["decider"]>;
export const decider = (change: (right: Decider) => Decider): Mutate => {
  return (parts) => ({ ...parts, decider: change({ sift, nextOf }) });
};
