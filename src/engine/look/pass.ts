// One look: everything at first, then only where nothing was heard; what no loop owns goes, and what is long over.
import { untoldRuns } from "../../loop/end.ts";
import type { World } from "../world.ts";
import type { Forgetting } from "./forgetting.ts";
import type { Reconciler, Seen } from "./reconcile.ts";

/**
 * The look, to be taken again and again: each resolves to how many milliseconds later the next one is due. What cannot be read
 * is looked at when its own wait is over, everything else once in `everyMs`. Never throws. `settled` resolves when what a look
 * restored is in the store. Without a reconciler nothing is looked at, and what no loop owns still goes.
 */
export function createPass(
  world: World,
  reconciler: Reconciler | null,
  parts: { readonly settled: () => Promise<void>; readonly everyMs: number; readonly forgetting: Forgetting },
): () => Promise<number> {
  const { clock, log, store, runs } = world;
  const { settled, everyMs, forgetting } = parts;
  let regularAt: number | null = null; // null: everything is still to be looked at
  let swept: string | null = null; // what had been seen by the last sweep

  /**
   * With the store lost, what a run left may belong to a loop that only its thread knows: it stays until its repository was
   * looked through, or, where nobody can say whose it is, until everything was.
   */
  async function sweep(seen: Seen): Promise<void> {
    const all = await store.loopIds();
    const loops = new Set(all.filter(({ keepsFiles }) => keepsFiles).map(({ id }) => id));
    const known = new Set(all.map(({ id }) => id));
    const waiting = await store.runningLoops();
    const running = new Set(waiting.flatMap(({ state }) => untoldRuns(state)).map((run) => run.id));
    const wasSeen = (id: number | null) => seen.everything || (id !== null && seen.repositories.has(id));
    const isOver = (loop: string, id: number | null) => !loops.has(loop) && (known.has(loop) || wasSeen(id));
    const removed = await runs.sweep({ loops, running, isOver });
    if (removed.length > 0) log.info({ removed }, "removed what no loop owns");
  }

  /** Once after everything was looked at, and again whenever more of it could be. */
  async function sweepIfMoreSeen(): Promise<void> {
    const seen = reconciler?.seen() ?? { everything: true, repositories: new Set<number>() };
    const now = seen.everything ? "everything" : [...seen.repositories].sort((a, b) => a - b).join(" ");
    if (swept === now || swept === "everything") return;
    await settledOrLate();
    if (await isUnsettled()) return;
    await sweep(seen);
    swept = now;
  }

  /** A loop may be on its way back to where the store has none, as where a turn was cut short: what its runs left is not nobody's. */
  async function isUnsettled(): Promise<boolean> {
    for (const key of await store.busyIssues(clock.now()))
      if ((await store.nextEvent(key)) !== null && (await store.load(key)) === null) return true;
    return false;
  }

  /** Somebody's turn may go on for as long as what floods it does. */
  async function settledOrLate(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = clock.at(clock.now() + soonMs, late.resolve);
    await Promise.race([settled(), late.promise]);
    cancel();
  }

  async function look(): Promise<void> {
    const now = clock.now();
    if (reconciler === null) return;
    if (regularAt !== null && !isRegular(now)) return reconciler.again();
    const isWhole = regularAt === null ? (await reconciler.everything(soonMs)).isWhole : await reconciler.silent();
    regularAt = now + (isWhole ? everyMs : Math.min(everyMs, soonMs));
  }

  /** By whatever distance: a clock that was set back must not wait until it is as late again. */
  function isRegular(now: number): boolean {
    return regularAt === null || now >= regularAt || regularAt - now > everyMs;
  }

  function nextIn(): number {
    const now = clock.now();
    const at = Math.min(regularAt ?? now, reconciler?.againAt() ?? Number.POSITIVE_INFINITY);
    return Math.min(Math.max(at - now, Math.min(soonMs, everyMs)), everyMs);
  }

  /** One that fails keeps none of the others from being done. */
  async function attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.warn({ what, err: error }, "a look was cut short; it is taken up again");
    }
  }

  return async () => {
    const isPruned = isRegular(clock.now());
    await attempt("look", look);
    await attempt("sweep", sweepIfMoreSeen);
    if (isPruned) await attempt("prune", forgetting.prune);
    return nextIn();
  };
}

/** What was cut short, and what GitHub sends again, is looked at after so long. */
const soonMs = 60_000;
