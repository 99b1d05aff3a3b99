// Enforces from outside what ends a run early: deadline, disk, and anything a runtime reports. The first cause wins.
import { setTimeout as delay } from "node:timers/promises";
import { type DiskBound, isNearlyFull, watchDisk, watchFreeSpace } from "./disk.ts";
import type { EndCause } from "./outcome.ts";

export type EndSignal = "SIGTERM" | "SIGKILL";

export interface Bounds {
  /** How long it has run already, by the one clock that saw it start; from here on a clock that nobody sets counts. */
  readonly ranMs: number;
  readonly deadlineMs: number;
  readonly graceMs: number;
  readonly disk: readonly DiskBound[];
}

export interface Enforcement {
  /** Ends the run for this cause, unless it is over. */
  end(cause: EndCause, signal: EndSignal): void;
  /** Ends the run for this cause with SIGTERM now and SIGKILL after the grace, unless it is over by then. */
  expire(cause: EndCause): void;
  /** Tells that the run is over: nothing is measured or signalled any more. */
  over(): void;
  /** What ended the run, if it was not the run itself. */
  readonly cause: EndCause | null;
}

/** How long after a SIGKILL a run that still goes on gets another, in milliseconds: an engine that is away for a while hears none. */
const AGAIN_MS = 1_000;

/** Starts enforcing. `kill` signals the whole run and must not throw. A SIGKILL is sent until the run is over. */
export function enforce(bounds: Bounds, kill: (signal: EndSignal) => void): Enforcement {
  const ended = new AbortController();
  let cause: EndCause | null = null;
  const end = (why: EndCause, signal: EndSignal) => {
    if (ended.signal.aborted) return;
    cause ??= why;
    kill(signal);
    if (signal === "SIGKILL") after(AGAIN_MS, ended.signal, () => end(why, signal));
  };
  const expire = (why: EndCause) => {
    end(why, "SIGTERM");
    after(bounds.graceMs, ended.signal, () => end(why, "SIGKILL"));
  };
  const { ranMs, deadlineMs } = bounds;
  after(Math.max(0, deadlineMs - ranMs), ended.signal, () => expire({ kind: "deadline", deadlineMs }));
  void watchDisk(bounds.disk, ended.signal).then((overrun) => {
    if (overrun) end({ kind: "disk", ...overrun }, "SIGKILL");
  });
  const paths = bounds.disk.map(({ path }) => path);
  void watchFreeSpace(paths, ended.signal).then((isFull) => {
    if (isFull) end({ kind: "host_disk" }, "SIGKILL");
  });
  return {
    end,
    expire,
    over: () => ended.abort(),
    get cause() {
      return cause;
    },
  };
}

/** What ended a run that exited by itself: on a disk that is nearly full, whoever filled it, a failure is not its own. */
export async function causeOfExit(exitCode: number, disk: readonly DiskBound[]): Promise<EndCause> {
  const isHosts = exitCode !== 0 && (await isNearlyFull(disk.map(({ path }) => path)));
  return { kind: isHosts ? "host_disk" : "exit" };
}

/** Calls `then` after `ms`, unless the run is over by then. */
function after(ms: number, over: AbortSignal, then: () => void): void {
  delay(ms, null, { signal: over }).then(then, () => {}); // aborted: the run ended by itself
}
