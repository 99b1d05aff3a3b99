// Whether a file has the sum that its registry states.
import { createReadStream } from "node:fs";
import ssri, { type IntegrityMap } from "ssri";
import { Refused } from "./refused.ts";

/** Checks a file against a sum. Throws `Refused` where none is stated that can be relied on, or where it is another. */
export async function checkSum(path: string, what: string, stated: IntegrityMap | null): Promise<void> {
  if (stated === null) throw new Refused(422, `The registry states no sum for ${what} that can be checked.`);
  try {
    await ssri.checkStream(createReadStream(path), stated);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINTEGRITY") throw error;
    throw new Refused(422, `What the registry sent as ${what} does not have the sum that it states.`);
  }
}

/** Digits of each sum that is relied on, in hexadecimal. */
const digits: Readonly<Record<string, number>> = { sha1: 40, sha256: 64, sha384: 96, sha512: 128 };

/** Whether a sum of this kind is relied on. */
export function isReliedOn(algorithm: string): boolean {
  return Object.hasOwn(digits, algorithm);
}

/** A sum in hexadecimal; null where it is none, or of a kind that is not relied on. */
export function sumOf(algorithm: string, hex = ""): IntegrityMap | null {
  const isSum = isReliedOn(algorithm) && hex.length === digits[algorithm] && /^[0-9a-f]+$/i.test(hex);
  return isSum ? ssri.fromHex(hex, algorithm) : null;
}
