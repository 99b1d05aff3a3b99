// What the forge is still busy with, so that a test or the demo can wait until it is quiet.

export interface Activity {
  /** Notes that something began; call what it returns, once, when that has ended. */
  begin(): () => void;
  /** Keeps the forge busy until the promise settles. */
  during<T>(work: Promise<T>): Promise<T>;
  isBusy(): boolean;
  /** Resolves when nothing is going on and nothing began in the turn after. */
  idle(): Promise<void>;
}

export function createActivity(): Activity {
  let running = 0;
  let waiting: (() => void)[] = [];
  const settle = () => {
    if (running > 0) return;
    const resolve = waiting;
    waiting = [];
    for (const one of resolve) one();
  };
  const begin = () => {
    running += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      running -= 1;
      // What ends often begins something else in the same turn: look again after it.
      setImmediate(settle);
    };
  };
  return {
    begin,
    during: async (work) => {
      const end = begin();
      try {
        return await work;
      } finally {
        end();
      }
    },
    isBusy: () => running > 0,
    idle: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        setImmediate(settle);
      }),
  };
}
