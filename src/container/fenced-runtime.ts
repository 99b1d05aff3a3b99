// A runtime that starts and removes containers only while its process holds the store: much may come between the order and the start.
import type { Runtime } from "./run.ts";

/** `confirm` throws where another process has the store by now; it is asked right before. */
export function fencedRuntime(runtime: Runtime, confirm: () => Promise<void>): Runtime {
  return {
    ...runtime,
    async prepare(request) {
      await confirm();
      return runtime.prepare(request);
    },
    async start(request, watch) {
      await confirm();
      return runtime.start(request, watch);
    },
    async forget(id) {
      await confirm();
      return runtime.forget(id);
    },
    async sweep(keep) {
      await confirm();
      return runtime.sweep(keep);
    },
  };
}
