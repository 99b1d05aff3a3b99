// What is logged of deliveries: each kind once as it happens, and then how many more of it there were.
import type { DeliveryLog } from "./deliveries.ts";

/** So long a kind is only counted after a line of it. */
const quietMs = 10_000;
/** So many kinds are told apart at a time; further ones count as one. */
const mostKinds = 100;

interface Kind {
  readonly example: DeliveryLog;
  more: number;
}

export interface Tally {
  count(entry: DeliveryLog): void;
  /** Says what was counted and not said yet. */
  close(): void;
}

/**
 * Thousands of deliveries, or of refused requests, do not become as many lines: the first of a kind (its outcome and the
 * reason) is logged whole, and all others within ten seconds as one number.
 */
export function createTally(say: (fields: DeliveryLog & { readonly more?: number }) => void): Tally {
  let kinds = new Map<string, Kind>();
  let timer: NodeJS.Timeout | null = null;

  function saySince(): void {
    const counted = kinds;
    kinds = new Map();
    timer = null;
    for (const { example, more } of counted.values()) {
      if (more > 0) say({ ...example, guid: null, more });
    }
  }

  return {
    count(entry) {
      const name = `${entry.outcome}: ${entry.reason}`;
      const kind = kinds.get(kinds.size < mostKinds ? name : "") ?? kinds.get(name);
      if (kind !== undefined) {
        kind.more += 1;
        return;
      }
      kinds.set(kinds.size < mostKinds ? name : "", { example: entry, more: 0 });
      timer ??= setTimeout(saySince, quietMs).unref();
      say(entry);
    },
    close() {
      if (timer !== null) clearTimeout(timer);
      saySince();
    },
  };
}
