// Tickets to the operator's pages: made from the settings by whoever can read them, good for a few minutes and for one browser.
import { createSigner } from "./signed.ts";

const ticketLastsMs = 5 * 60_000;
const sessionLastsMs = 12 * 3_600_000;

/** A ticket as it stands in an address; `now` is epoch milliseconds. */
export function makeTicket(sealSecret: string, now: number): string {
  return createSigner(sealSecret).make("t", ticketLastsMs, now);
}

export interface Admission {
  /** A session for a ticket that is right and was not used before; null for any other. */
  admit(ticket: string, now: number): { readonly session: string; readonly maxAgeSeconds: number } | null;
  /** Whether it is a session of ours that lasts. */
  isAdmitted(session: string, now: number): boolean;
}

/**
 * Which tickets were used is known to this process alone, so it takes none that was made before it `began` (epoch
 * milliseconds), nor one that says to be made later than now: an earlier process may have taken it.
 */
export function createAdmission(sealSecret: string, began: number): Admission {
  const signer = createSigner(sealSecret);
  const used = new Map<string, number>(); // each until it would have ended anyway
  return {
    admit(ticket, now) {
      for (const [one, until] of used) if (until <= now) used.delete(one);
      const until = signer.until("t", ticket, now);
      if (until === null || used.has(ticket)) return null;
      const madeAt = until - ticketLastsMs;
      if (madeAt < began || madeAt > now) return null;
      used.set(ticket, until);
      return { session: signer.make("s", sessionLastsMs, now), maxAgeSeconds: sessionLastsMs / 1000 };
    },
    isAdmitted: (session, now) => signer.until("s", session, now) !== null,
  };
}
