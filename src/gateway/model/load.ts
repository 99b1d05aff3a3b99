// What a call holds of its run's memory until the provider has answered: the bytes of its request, and their claim.
import type { Holder } from "../in-flight.ts";

export interface Load {
  /** Holds these bytes in place of what it held before. */
  carry(bulk: Uint8Array): void;
  readonly bulk: Uint8Array;
  /** Lets go of the bytes and gives back their claim; again and again does no harm. */
  drop(): void;
}

/** A load for which `held` bytes are claimed. */
export function createLoad(holder: Holder, held: number): Load {
  const none: Uint8Array = new Uint8Array(0);
  let bulk = none;
  let claimed = held;
  return {
    carry(bytes) {
      bulk = bytes;
    },
    get bulk() {
      return bulk;
    },
    drop() {
      bulk = none;
      holder.shrink(claimed);
      claimed = 0;
    },
  };
}
