// Work for which one flush to the disk is enough: what comes at about the same time is done in one transaction.
import type { Sql } from "./sql.ts";

/** At most so much is done in one transaction. */
const most = 256;
/** The first one waits no longer than this for others, in milliseconds. */
const patienceMs = 5;

interface Waiting<In, Out> {
  readonly one: In;
  readonly done: (result: Out) => void;
  readonly failed: (error: unknown) => void;
}

interface Work<In, Out> {
  /** Within a transaction. */
  readonly work: (all: readonly In[]) => readonly Out[];
  /** Told of what was done once it is on the disk, before anything else is done. */
  readonly kept: (results: readonly Out[]) => void;
}

/**
 * A function that does `work` on each of what it is given, in order, and resolves once all of it is on the disk. It waits
 * for others as long as each turn of the event loop brings some. Where a transaction fails, each is tried by itself, so
 * that nobody is refused for another's sake; what fails then rejects with `Fault`, and nothing of it is kept.
 */
export function together<In, Out>(sql: Sql, { work, kept }: Work<In, Out>): (one: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = [];

  function gather(before: number, since: number): void {
    setImmediate(() => {
      const isGrowing = waiting.length > before && waiting.length < most;
      if (isGrowing && performance.now() - since < patienceMs) gather(waiting.length, since);
      else flush();
    });
  }

  function flush(): void {
    const batch = waiting.slice(0, most);
    waiting = waiting.slice(most);
    if (!attempt(batch) && batch.length > 1) for (const one of batch) attempt([one]);
    if (waiting.length > 0) gather(0, performance.now());
  }

  /** False where nothing was done and nobody was told. */
  function attempt(batch: readonly Waiting<In, Out>[]): boolean {
    try {
      const results = sql.atomically(() => work(batch.map(({ one }) => one)));
      kept(results);
      batch.forEach(({ done }, index) => void done(results[index] as Out));
      return true;
    } catch (error) {
      if (batch.length === 1) batch[0]?.failed(error);
      return false;
    }
  }

  return (one) =>
    new Promise((done, failed) => {
      waiting.push({ one, done, failed });
      if (waiting.length === 1) gather(0, performance.now());
    });
}
