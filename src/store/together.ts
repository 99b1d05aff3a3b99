// Work for which one flush to the disk is enough: what comes while the last flush is under way is done in one transaction.
import type { Driver, Steps } from "./steps.ts";

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
  readonly work: (all: readonly In[]) => Steps<readonly Out[]>;
  /** Told of what was done once it is on the disk, before anything else is done. */
  readonly kept: (results: readonly Out[]) => void;
  /** Takes back what was done and could not be flushed; within a transaction. */
  readonly undo: (results: readonly Out[]) => Steps<void>;
}

/**
 * A function that does `work` on what it is given and resolves once that is on the disk; whatever is given meanwhile gathers for the
 * next transaction. Where a transaction fails, each is tried by itself, so that nobody is refused for another's sake; what fails
 * rejects with `Fault`, and nothing of it is kept.
 */
export function together<In, Out>(driver: Driver, { work, kept, undo }: Work<In, Out>): (one: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = [];
  let isBusy = false;
  let isCalled = false;

  function call(): void {
    if (isCalled || waiting.length === 0 || isBusy) return;
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
      isBusy = true;
      void doAll(batch).finally(() => {
        isBusy = false;
        call();
      });
    });
  }

  /** Never rejects. */
  async function doAll(batch: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const done = await driver.batch(() => work(batch.map(({ one }) => one)), undo);
      if ("results" in done) {
        kept(done.results);
        batch.forEach((one, index) => void one.done(done.results[index] as Out));
      } else if (batch.length === 1) batch[0]?.failed(done.refused);
      else for (const one of batch) await doAll([one]);
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }

  return (one) =>
    new Promise((done, failed) => {
      waiting.push({ one, done, failed });
      call();
    });
}
