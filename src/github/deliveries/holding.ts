// How much of what nobody has verified yet is held in memory, over all connections together.

/** One body on its way in. */
export interface Held {
  /** Claims so many bytes more; false when there is no room for them, and then nothing of the body may be kept. */
  grow(bytes: number): boolean;
  /** The signature is right: it is no more given up for another's sake. */
  verified(): void;
  /** Nothing of the body is kept any more. */
  release(): void;
}

export interface Holding {
  /** `giveUp` is called when this body has to make room for others. */
  hold(giveUp: () => void): Held;
  readonly bytes: number;
}

interface Claim {
  bytes: number;
  readonly giveUp: () => void;
}

/**
 * Room for `limit` bytes. Where they are used up, the largest body that is not verified makes room: whoever sends much
 * without a signature that is right crowds out nobody but others of that kind, and a small delivery always fits.
 */
export function createHolding(limit: number): Holding {
  const unverified = new Set<Claim>();
  let total = 0;

  function drop(claim: Claim): void {
    unverified.delete(claim);
    total -= claim.bytes;
    claim.bytes = 0;
  }

  function largest(): Claim | null {
    let found: Claim | null = null;
    for (const claim of unverified) if (found === null || claim.bytes > found.bytes) found = claim;
    return found;
  }

  return {
    hold(giveUp) {
      const claim: Claim = { bytes: 0, giveUp };
      unverified.add(claim);
      return {
        grow(bytes) {
          claim.bytes += bytes;
          total += bytes;
          while (total > limit) {
            const other = largest();
            if (other === null || other === claim) break;
            drop(other);
            other.giveUp();
          }
          if (total <= limit) return true;
          drop(claim);
          return false;
        },
        verified: () => void unverified.delete(claim),
        release: () => drop(claim),
      };
    },
    get bytes() {
      return total;
    },
  };
}
