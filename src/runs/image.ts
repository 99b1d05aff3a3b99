// What becomes of a run whose image cannot be had.
import type { ImageFault, Runtime } from "../container/run.ts";
import type { Clock, StartedRun } from "../engine/ports.ts";
import { unseenIsolation } from "./isolation.ts";

/** A run that never started, since an image that it needs could not be had: told as a run that ended so. */
export function lackingImage(
  { clock, runtime }: { readonly clock: Clock; readonly runtime: Runtime },
  { message: note, log }: Pick<ImageFault, "message" | "log">,
): StartedRun {
  const endedAt = clock.now();
  const report = { exitCode: null, endedAt, log, note, trouble: "image", result: null, pushed: null } as const;
  return {
    startedAt: endedAt,
    isolation: unseenIsolation(runtime),
    done: Promise.resolve({ ...report, status: "failed" }),
  };
}
