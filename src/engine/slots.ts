// How many containers may run at once; a run without a slot waits. Repositories take turns, and whoever cannot come is passed by.

/** Where a run stands among those that wait; 1 is next. */
export interface Place {
  readonly place: number;
  readonly of: number;
}

export interface Slots {
  /** Null when the run has a slot now; otherwise where it is in line, and `key` is called back when one is free. */
  take(run: string, key: string): Place | null;
  /** For a container that is there: it has a slot whether or not one is free. */
  hold(run: string, key: string): void;
  /** For a container that may be there: it counts against the others, and gives the run itself no slot. */
  suspect(run: string): void;
  /** It is known by now whether it is there. */
  clear(run: string): void;
  release(run: string): void;
  readonly taken: number;
  readonly waiting: number;
}

/** How long a run that was called may take to come; then the next is called as well, since its loop may wait for GitHub. */
const patienceMs = 5_000;

type Later = (ms: number, act: () => void) => void;

interface Waiting {
  readonly key: string;
  /** `late`: it was called, and did not come in time; it keeps its place and holds up nobody. */
  state: "waits" | "called" | "late";
}

/** `limit` runs at once; `onFree` is told whose turn it is, `later` acts after so many milliseconds. */
export function createSlots(limit: number, onFree: (key: string) => void, later: Later): Slots {
  const held = new Map<string, string>(); // by run, the key it was asked for with
  const suspected = new Set<string>(); // none of them held
  const line = new Map<string, Waiting>(); // by run, in order of asking

  function callNext(): void {
    const free = limit - held.size - suspected.size;
    const called = [...line.values()].filter(({ state }) => state === "called").length;
    if (free <= called) return;
    const next = inTurn().find(([, { state }]) => state === "waits");
    if (next === undefined) return;
    const [run, waiting] = next;
    waiting.state = "called";
    later(patienceMs, () => passBy(run, waiting));
    onFree(waiting.key);
    callNext();
  }

  function passBy(run: string, waiting: Waiting): void {
    if (line.get(run) !== waiting || waiting.state !== "called") return;
    waiting.state = "late";
    callNext();
  }

  /** A slot is kept for each run before it that may still come. */
  function isTurnOf(run: string, key: string): boolean {
    const free = limit - held.size - suspected.size + (suspected.has(run) ? 1 : 0);
    return free > before(run, key).filter(({ state }) => state !== "late").length;
  }

  function before(run: string, key: string): readonly Waiting[] {
    const all = inTurn(line.has(run) ? [] : [[run, { key, state: "waits" }]]);
    return all
      .slice(
        0,
        all.findIndex(([one]) => one === run),
      )
      .map(([, waiting]) => waiting);
  }

  /**
   * All that wait, as their turns come. Whose repository has the fewest runs, those before it in line included, goes first;
   * among equals who asked first. So a flood of one repository's loops puts off its own loops and hardly another's.
   */
  function inTurn(newcomers: readonly [string, Waiting][] = []): readonly [string, Waiting][] {
    const runsOf = new Map<string, number>();
    const count = (key: string) => {
      const known = runsOf.get(repositoryOf(key)) ?? 0;
      runsOf.set(repositoryOf(key), known + 1);
      return known;
    };
    for (const key of held.values()) count(key);
    const ranked = [...line, ...newcomers].map((one) => ({ one, rank: count(one[1].key) }));
    return ranked.toSorted((a, b) => rankOf(a) - rankOf(b)).map(({ one }) => one);
  }

  function leave(run: string): void {
    if (line.delete(run)) callNext();
  }

  return {
    take(run, key) {
      if (held.has(run)) return null;
      if (isTurnOf(run, key)) {
        line.delete(run);
        suspected.delete(run);
        held.set(run, key);
        return null;
      }
      const known = line.get(run);
      if (known === undefined) line.set(run, { key, state: "waits" });
      else if (known.state === "late") known.state = "waits";
      return { place: before(run, key).length + 1, of: line.size };
    },
    hold(run, key) {
      suspected.delete(run);
      held.set(run, key);
      leave(run);
    },
    suspect(run) {
      if (!held.has(run)) suspected.add(run);
    },
    clear(run) {
      if (suspected.delete(run)) callNext();
    },
    release(run) {
      const left = line.delete(run);
      const wasSuspected = suspected.delete(run);
      if (held.delete(run) || wasSuspected || left) callNext();
    },
    get taken() {
      return held.size;
    },
    get waiting() {
      return line.size;
    },
  };
}

/** Who was called keeps its turn, whoever comes meanwhile. */
function rankOf({
  one: [, { state }],
  rank,
}: {
  readonly one: readonly [string, Waiting];
  readonly rank: number;
}): number {
  return state === "called" ? -1 : rank;
}

/** An issue's key is its repository's id, `#` and its number. */
function repositoryOf(key: string): string {
  return key.split("#", 1)[0] ?? key;
}
