// Short texts that say until when they are good and prove that they are ours: tickets, sessions, and what is made of them.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** A ticket of the operator's, the operator's session, a sign-in under way, a person's session, a form. */
type Kind = "t" | "s" | "b" | "p" | "f";

export interface Signer {
  /** A text of this kind that is like no other, and good for so many milliseconds from `now` (epoch milliseconds). */
  make(kind: Kind, lastsMs: number, now: number): string;
  /** Until when it is good, in epoch milliseconds; null where it is not ours, of another kind, or over. */
  until(kind: Kind, given: string, now: number): number | null;
  /** Always the same for a text and a purpose, and nobody else's to know: 43 characters of base64url. */
  derive(purpose: string, text: string): string;
}

/** What the seal of records is made with signs nothing else: the key here is another one. */
export function createSigner(sealSecret: string): Signer {
  const key = createHmac("sha256", sealSecret).update("the operator's pages").digest();
  const mac = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  return {
    make(kind, lastsMs, now) {
      const text = `${kind}.${now + lastsMs}.${randomBytes(18).toString("base64url")}`;
      return `${text}.${mac(text)}`;
    },
    until(kind, given, now) {
      const [, text = "", of = "", until = ""] = /^(([tsbpf])\.(\d{13})\.[\w-]{24})\.[\w-]{43}$/.exec(given) ?? [];
      const isOurs = isSame(`${text}.${mac(text)}`, given);
      return isOurs && of === kind && Number(until) > now ? Number(until) : null;
    },
    derive: (purpose, text) => mac(`${purpose}\n${text}`),
  };
}

/** In the same time whatever differs. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
