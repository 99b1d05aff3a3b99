// What cannot be looked at just now: since when, why, and when it is asked for again. Said once as it begins and once as it ends.
import { Fault } from "../../base/fault.ts";
import type { Clock, Log } from "../ports.ts";

/** What is in trouble: an installation, a repository, an issue, or a list that everything begins with. */
export type Subject =
  | `installation ${number}`
  | `repository ${number}`
  | `issue ${string}`
  | "installations"
  | "deliveries";

export interface Trouble {
  readonly subject: Subject;
  readonly name: string; // as people know it
  readonly why: string;
}

export interface Troubles {
  isWell(subject: Subject): boolean;
  /** Whether it may be asked for now: nothing is wrong with it, or it has been left alone for long enough. */
  isDue(subject: Subject): boolean;
  /** It failed (again): it is left alone for a while, each time longer, up to an hour. Logged when it begins or its kind changes. */
  failed(subject: Subject, name: string, error: unknown): void;
  /** It answered; true when it was in trouble before. */
  well(subject: Subject): boolean;
  /** A sign of life from it: it need not wait any longer. */
  hasten(subject: Subject): void;
  /** It is of no concern any more. */
  forget(isGone: (subject: Subject) => boolean): void;
  /** Those that may be asked for again now. */
  due(): readonly Subject[];
  /** The earliest time at which one of them may be; null where there is none. */
  nextAt(): number | null;
  all(): readonly Trouble[];
}

const minute = 60_000;

/** Waits between tries, in milliseconds. The last one counts from then on: about thirty tries on the first day. */
const waits = [minute, 2 * minute, 5 * minute, 15 * minute, 30 * minute];
const longestMs = 60 * minute;

/** GitHub's windows are an hour at most: whoever asks for a longer wait, or a clock that was wrong, is not believed. */
const mostMs = 2 * longestMs;

interface Kept extends Omit<Trouble, "subject"> {
  readonly since: number;
  readonly tries: number;
  readonly kind: string;
  readonly dueAt: number;
}

export function createTroubles(clock: Clock, log: Log): Troubles {
  const kept = new Map<Subject, Kept>();
  const isOver = ({ dueAt }: Kept) => dueAt <= clock.now() || dueAt > clock.now() + mostMs;

  return {
    isWell: (subject) => !kept.has(subject),
    isDue(subject) {
      const one = kept.get(subject);
      return one === undefined || isOver(one);
    },
    failed(subject, name, error) {
      const before = kept.get(subject);
      const now = clock.now();
      const { kind, why, notBefore } = described(error);
      const tries = (before?.tries ?? 0) + 1;
      const dueAt = Math.max(now + (waits[tries - 1] ?? longestMs), Math.min(notBefore, now + mostMs));
      kept.set(subject, { name, why, kind, tries, since: before?.since ?? now, dueAt });
      if (before?.kind === kind) return;
      log.warn({ subject, name, err: error, again: dueAt }, "could not be looked at; it is left alone for a while");
    },
    well(subject) {
      const before = kept.get(subject);
      if (before === undefined) return false;
      kept.delete(subject);
      const { name, since, tries } = before;
      log.info({ subject, name, tries, forMs: clock.now() - since }, "can be looked at again");
      return true;
    },
    hasten(subject) {
      const one = kept.get(subject);
      if (one !== undefined) kept.set(subject, { ...one, dueAt: clock.now() });
    },
    forget(isGone) {
      for (const subject of kept.keys()) if (isGone(subject)) kept.delete(subject);
    },
    due: () => [...kept].flatMap(([subject, one]) => (isOver(one) ? [subject] : [])),
    nextAt: () => (kept.size === 0 ? null : Math.min(...[...kept.values()].map(({ dueAt }) => dueAt))),
    all: () => [...kept].map(([subject, { name, why }]) => ({ subject, name, why })),
  };
}

function described(error: unknown): { kind: string; why: string; notBefore: number } {
  const why = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Fault)) return { kind: "unknown", why, notBefore: 0 };
  return { kind: error.kind, why, notBefore: error.retryAt ?? 0 };
}
