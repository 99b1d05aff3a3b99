// Which sum an npm registry's document states for a package.
import ssri, { type IntegrityMap } from "ssri";
import { isReliedOn, sumOf } from "../sums.ts";
import type { Dist } from "./packument.ts";

/** `integrity` comes first; the older `shasum` is SHA-1 in hexadecimal. Null where neither can be relied on. */
export function statedSum({ integrity, shasum }: Dist): IntegrityMap | null {
  if (integrity === undefined) return sumOf("sha1", shasum);
  const stated = ssri.parse(integrity, { strict: true }) as IntegrityMap | null; // null for an empty text, whatever its types say
  const isKnown = stated !== null && stated.toString() !== "" && isReliedOn(stated.pickAlgorithm());
  return isKnown ? stated : null;
}
