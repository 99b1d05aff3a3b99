// How many bytes of requests and answers are held in memory at a time, over all runs together, with a fair share for each.

/** What one run holds. */
export interface Holder {
  /** Claims so many bytes more; false when that would be over the run's share, and then nothing is claimed. */
  grow(bytes: number): boolean;
  /** Gives bytes back. */
  shrink(bytes: number): void;
}

export interface InFlight {
  /** A run's own account. It ends by itself once all is given back. */
  holder(): Holder;
  readonly bytes: number;
}

/**
 * Room for `limit` bytes. A run may hold as much as is left free after it and no more: one alone half of the room, the next
 * one half of the rest. So there is always room for one run more, and whoever holds the most is the first to be refused.
 * The rule is Choudhury and Hahne's dynamic queue threshold for shared memory (IEEE/ACM Transactions on Networking 6, 1998).
 */
export function createInFlight(limit: number): InFlight {
  let total = 0;
  return {
    holder() {
      let own = 0;
      return {
        grow(bytes) {
          if (own + bytes > limit - total - bytes) return false;
          own += bytes;
          total += bytes;
          return true;
        },
        shrink(bytes) {
          own -= bytes;
          total -= bytes;
        },
      };
    },
    get bytes() {
      return total;
    },
  };
}
