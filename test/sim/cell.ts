// One thing of the simulated GitHub with its past, so that a replica can show how it was a moment ago.

export interface Cell<T> {
  readonly value: T;
  set(at: number, value: T): void;
  /** As it was at this moment; null when it did not exist yet. */
  asOf(at: number): T | null;
}

/** No replica lags further behind than this many versions. */
const kept = 40;

export function cell<T>(at: number, first: T): Cell<T> {
  let past: { readonly at: number; readonly value: T }[] = [{ at, value: first }];
  return {
    get value() {
      return past.at(-1)!.value;
    },
    set(now, value) {
      past.push({ at: now, value });
      if (past.length > 2 * kept) past = past.slice(-kept);
    },
    asOf(moment) {
      for (let index = past.length - 1; index >= 0; index--) if (past[index]!.at <= moment) return past[index]!.value;
      return null;
    },
  };
}
