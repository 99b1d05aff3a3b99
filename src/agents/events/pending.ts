// Tool calls whose results are still to come: what each was about, for as many as a sane run has open.
import { oneLine } from "./value.ts";

const MOST = 256;
const ID = 200;

export interface Pending {
  /** Remembers what the call with this id runs or writes; the oldest is forgotten when there are too many. */
  add(id: string, about: Call): void;
  /** What the call was about, and forgets it; null when it is unknown. */
  take(id: string): Call | null;
}

export interface Call {
  readonly kind: "command" | "file";
  /** The command's line or the file's path. */
  readonly what: string;
}

/** Nothing is pending at first. */
export function createPending(): Pending {
  const calls = new Map<string, Call>();
  return {
    add(id, { kind, what }) {
      calls.set(id.slice(0, ID), { kind, what: oneLine(what) });
      const [oldest] = calls.keys();
      if (calls.size > MOST && oldest !== undefined) calls.delete(oldest);
    },
    take(id) {
      const found = calls.get(id.slice(0, ID)) ?? null;
      calls.delete(id.slice(0, ID));
      return found;
    },
  };
}
