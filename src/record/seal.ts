// The seal of a record or of an attempt's facts: a keyed hash that ties them to one loop of one issue.
import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";

/** What a seal covers; `data` is the encoded text, so that no second text can stand for the same state. */
export interface Sealed {
  /** What is sealed, so that one kind of block cannot stand for another; absent: a record. */
  readonly kind?: "facts" | "pass";
  readonly version: number;
  readonly repositoryId: number;
  readonly issue: number;
  readonly loop: string;
  readonly revision: number; // of facts: the attempt's number
  readonly data: string;
}

/** Derives the key of the seals from the operator's secret, so that the secret itself serves nothing else. */
export function sealKey(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "loopgate", "record seal", 32));
}

/** HMAC-SHA256 in hex over every field, each on its own line. */
export function sealOf(sealed: Sealed, key: Uint8Array): string {
  const { kind = "record", version, repositoryId, issue, loop, revision, data } = sealed;
  const text = [`loopgate ${kind}`, version, repositoryId, issue, loop, revision, data].join("\n");
  return createHmac("sha256", keyObjectOf(key)).update(text).digest("hex");
}

/** Node takes five times as long over a seal whose key is bytes. */
function keyObjectOf(key: Uint8Array): KeyObject {
  const known = keyObjects.get(key) ?? createSecretKey(key);
  keyObjects.set(key, known);
  return known;
}

const keyObjects = new WeakMap<Uint8Array, KeyObject>();

/** Compares without telling by its timing where two seals differ. */
export function isSeal(claimed: string, sealed: Sealed, key: Uint8Array): boolean {
  const expected = Buffer.from(sealOf(sealed, key));
  const given = Buffer.from(claimed);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
