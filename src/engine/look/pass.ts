// One regular look: everything at first, then only where nothing was heard; what no loop owns goes, and what is long over.
import { isLive, isOverForGood, untoldRuns } from "../../loop/end.ts";
import type { LoopState } from "../../loop/state.ts";
import type { World } from "../world.ts";
import type { Reconciler } from "./reconcile.ts";

/**
 * The look, to be taken again and again. It resolves to false when it was cut short or something is on its way, so that it
 * is taken up again soon. Until everything was seen once, each look is a first one. Never throws. `settled` resolves when
 * what a look restored is in the store. Without a reconciler nothing is looked at, and what no loop owns still goes.
 */
export function createPass(
  world: World,
  reconciler: Reconciler | null,
  settled: () => Promise<void>,
): () => Promise<boolean> {
  const { clock, log, store, runs } = world;
  let swept = false; // only once it is known which loops live

  /** With the store lost, what runs may belong to loops that only their threads know: nothing is removed before those are back. */
  async function sweep(): Promise<void> {
    const kept = (await store.loops("all")).filter(({ state }) => keepsFiles(state));
    const running = kept.flatMap(({ state }) => untoldRuns(state)).map((run) => run.id);
    const removed = await runs.sweep(
      kept.map(({ state }) => state.id),
      running,
    );
    swept = true;
    if (removed.length > 0) log.info({ removed }, "removed what no loop owns");
  }

  async function look(): Promise<boolean> {
    if (swept && reconciler !== null) return reconciler.silent();
    const done = await reconciler?.everything();
    if (done !== undefined && done.failed.length > 0) return false;
    await settled();
    await sweep();
    return true;
  }

  /** Loops that ended longer ago than they are kept go, with all they left here; their threads still tell of them. */
  async function forgetLoops(before: number): Promise<number> {
    let forgotten = 0;
    for (let left = true; left && !world.stopping(); ) {
      const ended = await store.endedLoops(before, loopsInStep);
      const done = await Promise.all(ended.map((issueKey) => forgetLoop(issueKey)));
      const gone = done.filter(Boolean).length;
      forgotten += gone;
      left = gone > 0 && ended.length === loopsInStep; // those that are busy are asked again at the next look
    }
    return forgotten;
  }

  async function forgetLoop(issueKey: string): Promise<boolean> {
    const state = await store.load(issueKey);
    if (state === null || isLive(state) || untoldRuns(state).length > 0) return false;
    await runs.release(state);
    return store.forgetLoop(issueKey, state.id);
  }

  async function prune(now: number): Promise<void> {
    if (world.keepMs !== undefined) {
      const loops = await forgetLoops(now - world.keepMs);
      const { bytes, freeBytes } = await store.size();
      if (loops > 0) log.info({ loops, storeBytes: bytes, storeFreeBytes: freeBytes }, "forgot loops of long ago");
    }
    await store.prune(now, world.keepMs === undefined ? null : now - world.keepMs);
    const forgotten = (await runs.prune?.(now)) ?? [];
    if (forgotten.length > 0) log.info({ runs: forgotten }, "forgot what runs of long ago were made of");
  }

  return async () => {
    try {
      const complete = await look();
      await prune(clock.now());
      return complete;
    } catch (error) {
      log.warn({ err: error }, "a look at everything was cut short; it is taken up again");
      return false;
    }
  };
}

/** So many ended loops are looked up at once. */
const loopsInStep = 50;

/** A loop that can go on needs what its runs left, and so does one that has not heard of their end. */
function keepsFiles(state: LoopState): boolean {
  return untoldRuns(state).length > 0 || (state.phase !== "refused" && !isOverForGood(state));
}
