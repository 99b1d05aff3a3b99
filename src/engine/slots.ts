// How many containers may run at once; a run without a slot waits, first come, first served.

export interface Slots {
  /** True when the run has a slot now; otherwise it is in line and `key` is called back when one is free. */
  take(run: string, key: string): boolean;
  /** For a container that is there: it has a slot whether or not one is free. */
  hold(run: string): void;
  /** For a container that may be there: it counts against the others, and gives the run itself no slot. */
  suspect(run: string): void;
  /** It is known by now whether it is there. */
  clear(run: string): void;
  release(run: string): void;
  readonly taken: number;
  readonly waiting: number;
}

/** `limit` runs at once; `onFree` is told whose turn it is. */
export function createSlots(limit: number, onFree: (key: string) => void): Slots {
  const held = new Set<string>();
  const suspected = new Set<string>(); // none of them held
  const line = new Map<string, string>(); // run → key, in order of asking

  const callNext = () => {
    const next = line.values().next().value;
    if (next !== undefined) onFree(next);
  };

  return {
    take(run, key) {
      if (held.has(run)) return true;
      const first = line.keys().next().value;
      const others = held.size + suspected.size - (suspected.has(run) ? 1 : 0);
      if (others < limit && (first === undefined || first === run)) {
        line.delete(run);
        suspected.delete(run);
        held.add(run);
        return true;
      }
      line.set(run, key);
      return false;
    },
    hold(run) {
      line.delete(run);
      suspected.delete(run);
      held.add(run);
    },
    suspect(run) {
      if (!held.has(run)) suspected.add(run);
    },
    clear(run) {
      if (suspected.delete(run)) callNext();
    },
    release(run) {
      line.delete(run);
      const wasSuspected = suspected.delete(run);
      if (held.delete(run) || wasSuspected) callNext();
    },
    get taken() {
      return held.size;
    },
    get waiting() {
      return line.size;
    },
  };
}
