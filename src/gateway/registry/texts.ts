// What the protocols read in the same way, in paths and in what registries say.
import { Refused } from "./refused.ts";

/** A path, or a part of one, decoded; null where it cannot be. */
export function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** A time in milliseconds since the epoch; null where the registry does not say one. */
export function timeIn(said: unknown): number | null {
  const at = typeof said === "string" ? Date.parse(said) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

/** Throws `Refused` where a registry's answer is a web page, such as one to sign in at, and no document about `what`. */
export function refuseWebPage(text: string, what: string): void {
  if (/^\s*</.test(text)) throw new Refused(422, `The registry's answer about ${what} is a web page.`);
}
