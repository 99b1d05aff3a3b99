// A lease: the random token that one run shows at every gateway, and how it is compared.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What every gateway knows about a run: its id, for the records, and the token only that run was given. */
export interface Lease {
  readonly runId: string;
  readonly token: string;
}

/** A new unguessable token (256 bits), safe in URLs, headers and environment variables. */
export function newLeaseToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Whether `given` is this lease's token; takes the same time for every wrong answer. */
export function isLeaseToken(lease: Lease, given: string): boolean {
  return timingSafeEqual(digest(lease.token), digest(given));
}

/** The password of an HTTP Basic header, or null when there is no well-formed one. */
export function basicPassword(authorization: string | undefined): string | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon < 0 ? null : pair.slice(colon + 1);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
