// Work of which only so much may be under way at once; the rest waits its turn.

/** Runs what it is given, at most `most` at a time, in the order of asking. */
export function atMost(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next(); // the place goes straight to whoever waited longest
    }
  };
}

/**
 * Does the work for each of these, at most `most` at a time, in their order; resolves to what came of each. Where one fails, it rejects
 * once none of the others is left running.
 */
export async function eachAtMost<Item, Result>(
  most: number,
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const inTurn = atMost(most);
  const done = items.map((item, index) => inTurn(() => work(item, index)));
  await Promise.allSettled(done);
  return Promise.all(done);
}
