// Which version of Loopgate this is, as its package says.
import { readFileSync } from "node:fs";

let known: string | null = null;

/** As in `0.1.0`. */
export function appVersion(): string {
  known ??= String(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version);
  return known;
}
