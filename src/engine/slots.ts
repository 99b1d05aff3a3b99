// How many containers may run at once; a run without a slot waits. Installations take turns, and in each its repositories, and whoever cannot come is passed by.

import type { Priority } from "../loop/priority.ts";

/** Whose loop a run is of. */
export interface Asker {
  /** The issue's. */
  readonly key: string;
  /** The account's at GitHub that has the App: the tenant. */
  readonly installationId: number;
  /** Among the runs of its own repository; absent: as most. */
  readonly priority?: Priority;
  /** When its loop began, in epoch milliseconds: in a repository what was begun is brought to its end before what came later. Absent: who asks first goes first. */
  readonly since?: number;
}

/** Where a run stands among those that wait; 1 is next. */
export interface Place {
  readonly place: number;
  readonly of: number;
  /** How long it is likely to wait, in milliseconds, by how long the last runs took; absent: too few did. */
  readonly waitMs?: number;
}

export interface Slots {
  /** Null when the run has a slot now; otherwise where it is in line, and the asker's key is called back when one is free. */
  take(run: string, asker: Asker): Place | null;
  /** For a container that is there: it has a slot whether or not one is free. */
  hold(run: string, asker: Asker): void;
  /** For a container that may be there: it counts against the others, and gives the run itself no slot. */
  suspect(run: string): void;
  /** It is known by now whether it is there. */
  clear(run: string): void;
  release(run: string): void;
  readonly taken: number;
  readonly waiting: number;
}

/** So many may pass a run by their priority; then it goes before them. */
const passedAtMost = 3;

/** How long a container is held is told by the last so many, and by no fewer than so few. */
const lastRuns = 20;
const fewestRuns = 3;

/** How long a run that was called may take to come; then the next is called as well, since its loop may wait for GitHub. */
const patienceMs = 5_000;

type Later = (ms: number, act: () => void) => void;

interface Waiting {
  readonly asker: Asker;
  /** How many asked before it, of all that ever did. */
  readonly asked: number;
  /** So many of its repository went before it that had come after it. */
  passed: number;
  /** `late`: it was called, and did not come in time; it keeps its place and holds up nobody. */
  state: "waits" | "called" | "late";
}

/**
 * `limit` runs at once; `onFree` is told whose turn it is, `later` acts after so many milliseconds. Once a second installation has asked, none
 * of them gets the last slot beside all the others: however long its runs take, another's first one does not wait for them.
 */
export function createSlots(
  limit: number,
  onFree: (key: string) => void,
  later: Later,
  now: () => number = Date.now,
): Slots {
  const since = new Map<string, number>(); // by run that holds a slot
  const lasted: number[] = []; // milliseconds, the newest last
  let asked = 0;
  const held = new Map<string, Asker>(); // by run
  const installations = new Map<number, number>(); // that have asked, with the count of runs begun at its last one
  let begun = 0;
  const suspected = new Set<string>(); // none of them held
  const line = new Map<string, Waiting>(); // by run, in order of asking

  function callNext(): void {
    const free = limit - held.size - suspected.size;
    const called = [...line.values()].filter(({ state }) => state === "called").length;
    if (free <= called) return;
    const next = inTurn().find(([, { state, asker }]) => state === "waits" && mayHaveOne(asker));
    if (next === undefined) return;
    const [run, waiting] = next;
    waiting.state = "called";
    later(patienceMs, () => passBy(run, waiting));
    onFree(waiting.asker.key);
    callNext();
  }

  function passBy(run: string, waiting: Waiting): void {
    if (line.get(run) !== waiting || waiting.state !== "called") return;
    waiting.state = "late";
    callNext();
  }

  /** Whether its installation leaves one for the others then. */
  function mayHaveOne({ installationId }: Asker): boolean {
    if (installations.size < 2 || limit < 2) return true;
    return [...held.values()].filter((one) => one.installationId === installationId).length < limit - 1;
  }

  /** A slot is kept for each run before it that may still come. */
  function isTurnOf(run: string, asker: Asker): boolean {
    if (!mayHaveOne(asker)) return false;
    const free = limit - held.size - suspected.size + (suspected.has(run) ? 1 : 0);
    return free > before(run, asker).filter((one) => one.state !== "late" && mayHaveOne(one.asker)).length;
  }

  function before(run: string, asker: Asker): readonly Waiting[] {
    const all = inTurn(line.has(run) ? [] : [[run, { asker, state: "waits", asked: asked + 1, passed: 0 }]]);
    return all
      .slice(
        0,
        all.findIndex(([one]) => one === run),
      )
      .map(([, waiting]) => waiting);
  }

  /**
   * All that wait, as their turns come. Whose installation has the fewest runs, those before it in line included, goes first, and of
   * those the one whose last run began longest ago; in each whose repository has the fewest; among equals who asked first. So a flood
   * puts off its own loops and hardly another's, however many repositories it comes from and however short its runs are.
   */
  function inTurn(newcomers: readonly (readonly [string, Waiting])[] = []) {
    const inRepositories = ranked(prioritised([...line, ...newcomers]), ({ key }) => repositoryOf(key));
    const begunAt = ({ installationId }: Asker) => installations.get(installationId) ?? 0;
    return ranked(inRepositories, ({ installationId }) => String(installationId), begunAt);
  }

  /** Those whose group has the fewest runs first, and of those whose `begunAt` is least; otherwise as they are. */
  function ranked(
    all: readonly (readonly [string, Waiting])[],
    groupOf: (asker: Asker) => string,
    begunAt: (asker: Asker) => number = () => 0,
  ) {
    const runsOf = new Map<string, number>();
    const count = (asker: Asker) => {
      const group = groupOf(asker);
      const known = runsOf.get(group) ?? 0;
      runsOf.set(group, known + 1);
      return known;
    };
    for (const asker of held.values()) count(asker);
    const counted = all.map((one) => ({ one, rank: count(one[1].asker), at: begunAt(one[1].asker) }));
    return counted.toSorted((a, b) => rankOf(a) - rankOf(b) || a.at - b.at).map(({ one }) => one);
  }

  function begin({ installationId }: Asker): void {
    begun += 1;
    installations.set(installationId, begun);
  }

  /** Whoever of its repository goes, the repository's first place in line goes with it: the others of it move to the places behind. */
  function leaveForSlot(run: string, asker: Asker): void {
    const mine = line.get(run) ?? newcomer(asker);
    line.set(run, mine);
    const isOwn = (waiting: Waiting) => repositoryOf(waiting.asker.key) === repositoryOf(asker.key);
    const all = [...line];
    const others = all.filter(([name, waiting]) => name !== run && isOwn(waiting)).toSorted(byComing);
    for (const [, waiting] of others) if (standing(waiting, mine) < 0) waiting.passed += 1;
    const firstOfOwn = all.find(([, waiting]) => isOwn(waiting));
    const queue = others.values();
    line.clear();
    for (const place of all) {
      if (place === firstOfOwn) continue;
      const [name, waiting] = isOwn(place[1]) ? (queue.next().value ?? place) : place;
      line.set(name, waiting);
    }
  }

  function newcomer(asker: Asker): Waiting {
    asked += 1;
    return { asker, state: "waits", asked, passed: 0 };
  }

  function end(run: string): boolean {
    const began = since.get(run);
    since.delete(run);
    if (began !== undefined) lasted.push(Math.max(0, now() - began));
    if (lasted.length > lastRuns) lasted.shift();
    return held.delete(run);
  }

  /** The slots free up one after the other: of those there are so many, each for about as long as the last runs took. */
  function likely(place: number): Pick<Place, "waitMs"> {
    if (lasted.length < fewestRuns) return {};
    const median = lasted.toSorted((a, b) => a - b)[Math.floor(lasted.length / 2)] ?? 0;
    return { waitMs: Math.ceil((place * median) / limit) };
  }

  function leave(run: string): void {
    if (line.delete(run)) callNext();
  }

  return {
    take(run, asker) {
      if (held.has(run)) return null;
      if (!installations.has(asker.installationId)) installations.set(asker.installationId, 0);
      if (isTurnOf(run, asker)) {
        begin(asker);
        leaveForSlot(run, asker);
        suspected.delete(run);
        held.set(run, asker);
        since.set(run, now());
        return null;
      }
      const known = line.get(run);
      const wasCalled = known?.state === "called";
      line.set(run, { ...(known ?? newcomer(asker)), asker, state: "waits" }); // the turn of one that was called in vain goes to another
      if (wasCalled) callNext();
      const place = before(run, asker).length + 1;
      return { place, of: line.size, ...likely(place) };
    },
    hold(run, asker) {
      suspected.delete(run);
      begin(asker);
      held.set(run, asker);
      if (!since.has(run)) since.set(run, now());
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
      if (end(run) || wasSuspected || left) callNext();
    },
    get taken() {
      return held.size;
    },
    get waiting() {
      return line.size;
    },
  };
}

/**
 * Within each repository who has priority first, and before all who was passed by often enough; the repositories stay where they are in
 * line among each other, so that none gains by what it calls urgent.
 */
function prioritised(all: readonly (readonly [string, Waiting])[]): readonly (readonly [string, Waiting])[] {
  const own = Map.groupBy(all, ([, { asker }]) => repositoryOf(asker.key));
  const inOrder = new Map(
    [...own].map(([name, runs]) => [
      name,
      runs.toSorted((a, b) => weightOf(b[1]) - weightOf(a[1]) || byComing(a, b)).values(),
    ]),
  );
  return all.map((one) => inOrder.get(repositoryOf(one[1].asker.key))?.next().value ?? one);
}

function byComing([, a]: readonly [string, Waiting], [, b]: readonly [string, Waiting]): number {
  return standing(a, b);
}

/** Whose loop began first goes first, whichever of its runs it is: else nothing would be judged before all that came later is made. */
function standing(a: Waiting, b: Waiting): number {
  return (a.asker.since ?? 0) - (b.asker.since ?? 0) || a.asked - b.asked;
}

/** Whoever was called has its repository's next turn already. */
function weightOf({ asker, passed, state }: Waiting): number {
  if (state === "called") return 3;
  if (passed >= passedAtMost) return 2;
  return asker.priority === undefined ? 0 : { high: 1, low: -1 }[asker.priority];
}

/** Who was called keeps its turn, whoever comes meanwhile. */
function rankOf({
  one: [, { state }],
  rank,
}: {
  readonly one: readonly [string, Pick<Waiting, "state">];
  readonly rank: number;
}): number {
  return state === "called" ? -1 : rank;
}

/** An issue's key is its repository's id, `#` and its number. */
function repositoryOf(key: string): string {
  return key.split("#", 1)[0] ?? key;
}
