// Takes up the runs that an earlier process left, and asks again where the container engine does not answer.
import { untoldRuns } from "../../loop/end.ts";
import type { LoopState } from "../../loop/state.ts";
import { adoptRun } from "../run.ts";
import type { World } from "../world.ts";

export interface Adoption {
  /** Asks once after every run of one loop whose end is still to be told. Throws Fault only when the store cannot read the loop. */
  of(issueKey: string): Promise<void>;
  /** Asks once after every run whose end is still to be told. Throws Fault only when the store cannot list them. */
  begin(): Promise<void>;
}

/** Where the engine does not answer, the run's own loop waits for it and no other does; `later` has it asked again. */
export function createAdoption(world: World, later: (work: () => Promise<void>) => void): Adoption {
  const { store, runs, slots, log } = world;

  async function adopt(issueKey: string, run: string, first: boolean): Promise<void> {
    if (world.stopping() || world.watched.has(run)) return;
    slots.suspect(run);
    try {
      const state = await store.load(issueKey);
      if (state === null) return slots.clear(run);
      const facts = untoldRuns(state).find(({ id }) => id === run);
      if (facts === undefined) return slots.clear(run);
      const isStarting = !facts.untold && facts.isolation === null && (await isAskedFor(issueKey, run));
      await adoptRun(world, state, run, { issueKey, isStarting });
      // It was called off while nobody could tell it to end.
      if (facts.untold) await runs.stop(run, "its loop waits for it no more");
      slots.clear(run);
    } catch (error) {
      if (first)
        log.warn({ issue: issueKey, run, err: error }, "a run could not be asked after; it is asked again soon");
      later(() => adopt(issueKey, run, false));
    }
  }

  async function isAskedFor(issueKey: string, run: string): Promise<boolean> {
    return (await store.pendingEffects(issueKey)).some(
      ({ effect }) => effect.type === "start_run" && effect.run === run,
    );
  }

  async function adoptAll(issueKey: string, state: LoopState): Promise<void> {
    for (const { id } of untoldRuns(state)) await adopt(issueKey, id, true);
  }

  return {
    async of(issueKey) {
      const state = await store.load(issueKey);
      if (state !== null) await adoptAll(issueKey, state);
    },
    async begin() {
      for (const { issueKey, state } of await store.runningLoops()) await adoptAll(issueKey, state);
    },
  };
}
