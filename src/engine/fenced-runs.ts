// Runs that a process makes, ends and removes only while it holds the store: one that was stopped meanwhile, and goes on, touches none.
import type { RunsPort } from "./ports.ts";

/** `confirm` throws where another process has the store by now; it is asked right before. What only reads asks nobody. */
export function fencedRuns(runs: RunsPort, confirm: () => Promise<void>): RunsPort {
  const fenced =
    <In extends readonly unknown[], Out>(act: (...given: In) => Promise<Out>) =>
    async (...given: In): Promise<Out> => {
      await confirm();
      return act(...given);
    };
  const { tell, prune, forgetRecords, forgetObjects } = runs;
  return {
    ...runs,
    start: fenced(runs.start),
    stop: fenced(runs.stop),
    forget: fenced(runs.forget),
    publish: fenced(runs.publish),
    stage: fenced(runs.stage),
    unstage: fenced(runs.unstage),
    release: fenced(runs.release),
    sweep: fenced(runs.sweep),
    ...(tell === undefined ? {} : { tell: fenced(tell) }),
    ...(prune === undefined ? {} : { prune: fenced(prune) }),
    ...(forgetRecords === undefined ? {} : { forgetRecords: fenced(forgetRecords) }),
    ...(forgetObjects === undefined ? {} : { forgetObjects: fenced(forgetObjects) }),
  };
}
