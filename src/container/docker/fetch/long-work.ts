// Work of the engine that takes longer than a loop may be held up by: it goes on by itself, and whoever asks is told how far it is.
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../../../base/fault.ts";

export interface LongWorkParts {
  /** How long one who asks waits before being told to come back, in milliseconds. */
  readonly patienceMs: number;
  /** How long what is said of it stays the same, in milliseconds: each change of it may become an edit in a thread. */
  readonly steadyMs: number;
}

export interface LongWork {
  /**
   * Does the work of this key once, however many ask. Throws `Fault` of kind `preparing`, in the words that the work last said, while
   * it goes on; what the work throws is thrown to those who waited for it or came back, and the next who asks begins it anew.
   */
  done<T>(key: string, begin: (say: (words: string) => void) => Promise<T>): Promise<T>;
}

interface Job {
  readonly words: { said: string; shown: string; shownAt: number };
  readonly end: Promise<{ readonly value: unknown } | { readonly error: unknown }>;
}

/** An image that is small or near is there by then; of one that takes long the thread is told at most once a minute. */
export const usualPace: LongWorkParts = { patienceMs: 5_000, steadyMs: 60_000 };

export function longWork({ patienceMs, steadyMs }: LongWorkParts): LongWork {
  const jobs = new Map<string, Job>();

  function started(key: string, begin: (say: (words: string) => void) => Promise<unknown>): Job {
    const known = jobs.get(key);
    if (known !== undefined) return known;
    const words = { said: "", shown: "", shownAt: Number.NEGATIVE_INFINITY };
    const end = begin((said) => void Object.assign(words, { said })).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const job: Job = { words, end };
    jobs.set(key, job);
    return job;
  }

  return {
    async done<T>(key: string, begin: (say: (words: string) => void) => Promise<T>): Promise<T> {
      const job = started(key, begin);
      const end = await Promise.race([job.end, delay(patienceMs, null, { ref: false })]);
      if (end === null) throw new Fault(shownNow(job, steadyMs), { kind: "preparing", retry: "later" });
      jobs.delete(key);
      if ("error" in end) throw end.error;
      return end.value as T;
    },
  };
}

function shownNow({ words }: Job, steadyMs: number): string {
  const now = performance.now();
  if (now - words.shownAt >= steadyMs) Object.assign(words, { shown: words.said, shownAt: now });
  return words.shown;
}
