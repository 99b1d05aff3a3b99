// Work for which one flush to the disk is enough: what comes while the last flush is under way is done in one transaction.
import { Fault } from "../base/fault.ts";
import type { Sql } from "./sql.ts";

/** At most so much is done in one transaction. */
const most = 256;
/** For so much the disk is asked at once: who comes now is handled while it writes, and comes along the next time. */
const enough = 16;

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
  /** Takes back what was done and could not be flushed; within a transaction. */
  readonly undo: (results: readonly Out[]) => void;
}

/**
 * A function that does `work` on what it is given and resolves once that is on the disk, for which `flush` is waited for:
 * meanwhile this thread goes on, and whatever is given gathers for the next transaction. Where a transaction fails, each
 * is tried by itself, so that nobody is refused for another's sake; what fails rejects with `Fault`, and nothing of it is
 * kept.
 */
export function together<In, Out>(
  sql: Sql,
  flush: () => Promise<void>,
  { work, kept, undo }: Work<In, Out>,
): (one: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = [];
  let isFlushing = false;
  let isCalled = false;

  function call(): void {
    if (isCalled || waiting.length === 0 || isFlushing) return;
    isCalled = true;
    gather(0);
  }

  /** While they are few, and as long as a turn of the event loop brings others, they come along. */
  function gather(before: number): void {
    setImmediate(() => {
      if (waiting.length > before && waiting.length < enough) return gather(waiting.length);
      isCalled = false;
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      doAll(batch);
      call();
    });
  }

  function doAll(batch: readonly Waiting<In, Out>[]): void {
    const results = attempt(batch);
    if (results !== null) void settle(batch, results);
    else if (batch.length > 1) for (const one of batch) doAll([one]);
  }

  /** Null where nothing was done; whoever was alone with it has been told why. */
  function attempt(batch: readonly Waiting<In, Out>[]): readonly Out[] | null {
    try {
      return sql.unflushed(() => work(batch.map(({ one }) => one)));
    } catch (error) {
      if (batch.length === 1) batch[0]?.failed(error);
      return null;
    }
  }

  async function settle(batch: readonly Waiting<In, Out>[], results: readonly Out[]): Promise<void> {
    isFlushing = true;
    try {
      await flush();
      kept(results);
      batch.forEach(({ done }, index) => void done(results[index] as Out));
    } catch (cause) {
      takeBack(results);
      const message = "Could not use the store: it could not be flushed to the disk. Nothing of it counts.";
      const fault = new Fault(message, { kind: "engine", retry: "later", cause });
      for (const { failed } of batch) failed(fault);
    } finally {
      isFlushing = false;
      call();
    }
  }

  function takeBack(results: readonly Out[]): void {
    try {
      sql.unflushed(() => undo(results));
    } catch {
      // The disk is beyond writing; what could not be taken back is known by its key and counts once if it comes again.
    }
  }

  return (one) =>
    new Promise((done, failed) => {
      waiting.push({ one, done, failed });
      call();
    });
}
