// Simulated time: what happens next is the earliest thing that was planned; the seed orders what falls on one moment.
import type { Random } from "./random.ts";

export interface Timeline {
  /** Milliseconds since the epoch of the simulated world; the engine's own clock may differ from it. */
  readonly now: number;
  /** Plans something; returns what takes it back. */
  after(ms: number, what: string, act: () => void): () => void;
  /** Lets the next thing happen and names it; null when nothing is planned up to `until`. */
  step(until: number): string | null;
}

interface Planned {
  readonly at: number;
  readonly tie: number;
  readonly what: string;
  act: (() => void) | null;
}

export function createTimeline(start: number, random: Random): Timeline {
  const heap: Planned[] = [];
  let now = start;

  function isEarlier(one: Planned, other: Planned): boolean {
    return one.at < other.at || (one.at === other.at && one.tie < other.tie);
  }

  function push(planned: Planned): void {
    let at = heap.push(planned) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isEarlier(planned, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = planned;
  }

  function pop(): Planned {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) sink(last);
    return first;
  }

  function sink(planned: Planned): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isEarlier(heap[child]!, planned)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = planned;
  }

  return {
    get now() {
      return now;
    },
    after(ms, what, act) {
      const planned: Planned = { at: now + Math.max(0, Math.round(ms)), tie: random.next(), what, act };
      push(planned);
      return () => {
        planned.act = null;
      };
    },
    step(until) {
      while (heap.length > 0 && heap[0]!.at <= until) {
        const planned = pop();
        if (planned.act === null) continue;
        now = planned.at;
        planned.act();
        return planned.what;
      }
      return null;
    },
  };
}
