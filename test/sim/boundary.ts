// The one choke point: every call of the engine to a port passes here, where it may fail, lose its answer, or be the last.
import { Fault } from "../../src/base/fault.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

/** What may go wrong with one call. */
export type Mishap =
  | "fail_before" // nothing happened, and the engine is told so
  | "fail_after" // it happened, but the answer was lost: the outcome is unknown
  | "limited" // GitHub says to come back later
  | "slow" // it takes minutes
  | "crash_before" // the process dies with the call not made
  | "crash_after" // the process dies with the call made and its answer unread
  | "lose_after"; // the same, and its store is gone

export type Site = "store" | "github" | "runs";

export interface Mishaps {
  /** Asked once for each call, with its number among the calls of this name. */
  at(site: Site, name: string, nth: number): Mishap | null;
}

/** One life of the App's process. Its calls reach the world through here as long as it lives. */
export interface Boundary {
  readonly alive: boolean;
  /** A call to the store: done at once, on this machine. Reads cannot fail here; writes can. */
  local<T>(name: string, act: () => T, writes: boolean): Promise<T>;
  /** A call over the network: it arrives later, and its answer later still. `retryAt` is the engine's time for a limit. */
  remote<T>(site: "github" | "runs", name: string, act: () => T): Promise<T>;
  /** Ends this life: calls under way happen or do not, and nothing of it is heard again. */
  kill(): void;
}

export interface BoundaryParts {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly mishaps: Mishaps;
  readonly counts: Map<string, number>; // calls by name, over all lives
  readonly clock: () => number; // the engine's
  readonly crash: () => void;
  readonly lose: () => void;
  readonly latency: (site: Site, name: string) => number;
  /** Called with each mishap as it happens. */
  readonly onMishap: (what: string) => void;
}

const silence: Promise<never> = new Promise(() => {});

export function createBoundary(parts: BoundaryParts): Boundary {
  const { timeline, random, mishaps, counts } = parts;
  const underWay = new Set<() => void>();
  let alive = true;

  function mishapAt(site: Site, name: string): Mishap | null {
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    const mishap = mishaps.at(site, name, nth);
    if (mishap !== null) parts.onMishap(`${name}#${nth}=${mishap}`);
    return mishap;
  }

  function later<T>(what: string, ms: number, act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      timeline.after(ms, what, () => {
        if (!alive) return;
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** The request on its way: when the process dies first, the seed says whether it still arrived. */
  function arriving<T>(what: string, ms: number, act: () => T): Promise<T> {
    let sent = true;
    const onKill = () => {
      if (sent && random.chance(0.5)) quietly(act);
      sent = false;
    };
    underWay.add(onKill);
    return later(what, ms, () => {
      sent = false;
      underWay.delete(onKill);
      return act();
    });
  }

  return {
    get alive() {
      return alive;
    },
    async local(name, act, writes) {
      if (!alive) return silence;
      const mishap = writes ? mishapAt("store", name) : null;
      if (mishap === "crash_before") {
        parts.crash();
        return silence;
      }
      if (mishap === "fail_before") throw storeFault(name);
      const result = act();
      if (mishap === "crash_after" || mishap === "lose_after") {
        if (mishap === "lose_after") parts.lose();
        else parts.crash();
        return silence;
      }
      return result;
    },
    async remote(site, name, act) {
      if (!alive) return silence;
      const mishap = mishapAt(site, name);
      if (mishap === "crash_before") {
        parts.crash();
        return silence;
      }
      const ms = parts.latency(site, name) * (mishap === "slow" ? 200 : 1);
      if (mishap === "fail_before") return later(name, ms, () => fail(name, "unavailable"));
      if (mishap === "limited") return later(name, ms, () => fail(name, "rate_limited", parts.clock() + 90_000));
      const outcome = await arriving(name, ms / 2, () => caught(act));
      if (mishap === "crash_after" || mishap === "lose_after") {
        if (mishap === "lose_after") parts.lose();
        else parts.crash();
        return silence;
      }
      if (mishap === "fail_after") return later(name, ms / 2, () => fail(name, "unavailable"));
      return later(`${name} answered`, ms / 2, () => outcome());
    },
    kill() {
      alive = false;
      for (const decide of [...underWay]) decide();
      underWay.clear();
    },
  };
}

/** What the far side made of the call, kept until its answer arrives. */
function caught<T>(act: () => T): () => T {
  try {
    const value = act();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function quietly(act: () => unknown): void {
  try {
    act();
  } catch {
    // Nobody is left to be told.
  }
}

function storeFault(name: string): Fault {
  return new Fault(`Could not use the store for ${name}: the disk is full.`, { kind: "engine", retry: "later" });
}

function fail(name: string, kind: "unavailable" | "rate_limited", retryAt?: number): never {
  const said = kind === "unavailable" ? "no answer" : "a limit is reached";
  throw new Fault(`Could not call ${name}: ${said}. It may work later.`, { kind, retry: "later", retryAt });
}
