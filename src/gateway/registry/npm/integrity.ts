// Whether a package is the one that its registry's document speaks of.
import { createReadStream } from "node:fs";
import ssri, { type IntegrityMap } from "ssri";
import { Refused } from "../refused.ts";
import type { Dist } from "./packument.ts";

/** Checks a file against the strongest sum that is stated. Throws `Refused` where none is, or where it is another. */
export async function checkIntegrity(path: string, what: string, { integrity, shasum }: Dist): Promise<void> {
  const stated = sumsIn(integrity, shasum);
  if (stated === null) throw new Refused(422, `The registry states no sum for ${what} that can be checked.`);
  try {
    await ssri.checkStream(createReadStream(path), stated);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINTEGRITY") throw error;
    throw new Refused(422, `What the registry sent as ${what} does not have the sum that it states.`);
  }
}

/** `integrity` comes first; the older `shasum` is SHA-1 in hexadecimal. Null where neither can be relied on. */
function sumsIn(integrity: string | undefined, shasum: string | undefined): IntegrityMap | null {
  if (integrity === undefined) return /^[0-9a-f]{40}$/i.test(shasum ?? "") ? ssri.fromHex(shasum ?? "", "sha1") : null;
  const stated = ssri.parse(integrity, { strict: true }) as IntegrityMap | null; // null for an empty text, whatever its types say
  const isKnown = stated !== null && stated.toString() !== "" && trusted.has(stated.pickAlgorithm());
  return isKnown ? stated : null;
}

const trusted: ReadonlySet<string> = new Set(["sha1", "sha256", "sha384", "sha512"]);
