// The container engine that a bench measures on.
import { Fault } from "../base/fault.ts";
import { type Engine, openEngine } from "../container/docker/engine.ts";
import type { Cleanup } from "./cleanup.ts";
import type { Terminal } from "./terminal.ts";

/** Open until `cleanup` closes it. Throws `Fault` where none answers. */
export async function engineToMeasure({ env }: Terminal, cleanup: Cleanup): Promise<Engine> {
  const engine = await openEngine({ env });
  if (engine === null)
    throw new Fault("No container engine answers on this machine. Nothing was measured.", {
      kind: "engine",
      retry: "never",
    });
  cleanup.add("the container engine", () => engine.close());
  return engine;
}
