// A runtime whose runs are forgotten as soon as their end is known, as the App has them forgotten once it is stored.
import type { Running, Runtime } from "../../src/container/run.ts";

export function forgetting(runtime: Runtime): Runtime {
  const known = new WeakMap<Running, Running>(); // the same run is the same, as it is without this
  const forgotten = (running: Running): Running => {
    const made = known.get(running) ?? forgottenAtEnd(running);
    known.set(running, made);
    return made;
  };
  const forgottenAtEnd = (running: Running): Running => {
    // Once: a second time, its name may be another container's.
    const done = running.done.then(async (outcome) => {
      await runtime.forget(running.id);
      return outcome;
    });
    return {
      ...running,
      done,
      async stop(reason) {
        await running.stop(reason);
        await done;
      },
    };
  };
  return {
    ...runtime,
    start: async (request, watch) => forgotten(await runtime.start(request, watch)),
    async find(id) {
      const found = await runtime.find(id);
      return found === null ? null : forgotten(found);
    },
  };
}
