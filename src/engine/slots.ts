// How many containers may run at once; a run without a slot waits, first come, first served.

export interface Slots {
  /** True when the run has a slot now; otherwise it is in line and `key` is called back when one is free. */
  take(run: string, key: string): boolean;
  /** For a container that may be there already: it has a slot whether or not there is one. */
  hold(run: string): void;
  release(run: string): void;
  readonly taken: number;
  readonly waiting: number;
}

/** `limit` runs at once; `onFree` is told whose turn it is. */
export function createSlots(limit: number, onFree: (key: string) => void): Slots {
  const held = new Set<string>();
  const line = new Map<string, string>(); // run → key, in order of asking

  return {
    take(run, key) {
      if (held.has(run)) return true;
      const first = line.keys().next().value;
      if (held.size < limit && (first === undefined || first === run)) {
        line.delete(run);
        held.add(run);
        return true;
      }
      line.set(run, key);
      return false;
    },
    hold(run) {
      line.delete(run);
      held.add(run);
    },
    release(run) {
      line.delete(run);
      if (!held.delete(run)) return;
      const next = line.entries().next().value;
      if (next !== undefined) onFree(next[1]);
    },
    get taken() {
      return held.size;
    },
    get waiting() {
      return line.size;
    },
  };
}
