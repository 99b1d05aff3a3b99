// Tickets to the operator's pages: made from the settings by whoever can read them, good for a few minutes and for one browser.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const ticketLastsMs = 5 * 60_000;
const sessionLastsMs = 12 * 3_600_000;

/** A ticket as it stands in an address; `now` is epoch milliseconds. */
export function makeTicket(sealSecret: string, now: number): string {
  return signed(keyOf(sealSecret), `t.${now + ticketLastsMs}.${randomBytes(12).toString("base64url")}`);
}

export interface Admission {
  /** A session for a ticket that is right and was not used before; null for any other. */
  admit(ticket: string, now: number): { readonly session: string; readonly maxAgeSeconds: number } | null;
  /** Whether it is a session of ours that lasts. */
  isAdmitted(session: string, now: number): boolean;
}

export function createAdmission(sealSecret: string): Admission {
  const key = keyOf(sealSecret);
  const used = new Map<string, number>(); // each until it would have ended anyway
  return {
    admit(ticket, now) {
      for (const [one, until] of used) if (until <= now) used.delete(one);
      const until = lasting(key, "t", ticket, now);
      if (until === null || used.has(ticket)) return null;
      used.set(ticket, until);
      const session = signed(key, `s.${now + sessionLastsMs}.${randomBytes(12).toString("base64url")}`);
      return { session, maxAgeSeconds: sessionLastsMs / 1000 };
    },
    isAdmitted: (session, now) => lasting(key, "s", session, now) !== null,
  };
}

/** What the seal of records is made with signs nothing else: this key is another one. */
function keyOf(sealSecret: string): Buffer {
  return createHmac("sha256", sealSecret).update("the operator's pages").digest();
}

function signed(key: Buffer, text: string): string {
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

/** Until when it lasts, in epoch milliseconds; null where it is not ours, of another kind, or over. */
function lasting(key: Buffer, kind: "t" | "s", given: string, now: number): number | null {
  const [, text = "", of = "", until = ""] = /^((t|s)\.(\d{13})\.[\w-]{16})\.[\w-]{43}$/.exec(given) ?? [];
  const [expected, actual] = [Buffer.from(signed(key, text)), Buffer.from(given)];
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return null;
  return of === kind && Number(until) > now ? Number(until) : null;
}
