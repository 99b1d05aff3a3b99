// Runs that outlive their App, as containers do: one runtime for all lives of a story, and each life hears only its own.
import type { Running, Runtime } from "../../src/container/run.ts";

/** For `runtime` of a story; `before` is done before each life after the first. */
export function outliving(before: (dir: string) => void = () => {}): (real: Runtime, dir: string) => Runtime {
  let shared: Runtime | null = null;
  let life = 0;
  return (real, dir) => {
    const first = shared === null;
    shared ??= real;
    const one = shared;
    life += 1;
    const own = life;
    const heard = (running: Running): Running => ({
      ...running,
      done: running.done.then((outcome) => (own === life ? outcome : new Promise(() => {}))),
    });
    if (!first) before(dir);
    return {
      ...one,
      start: async (request, watch) => heard(await one.start(request, watch)),
      async find(id) {
        const found = await one.find(id);
        return found === null ? null : heard(found);
      },
      async close() {},
    };
  };
}
