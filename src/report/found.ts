// Where an environment was found, what of that is left out, and what was not used, for people.
import type { Rules } from "../loop/state.ts";
import { inlineCode, plainSentence } from "./escape.ts";

type Found = NonNullable<NonNullable<Rules["environment"]>["found"]>;

/** Which file of the repository's own it was taken from, as the beginning of a line; empty: from none. */
export function foundWords(found: Found | undefined): string {
  if (found?.from === undefined) return "";
  const left = found.left.length === 0 ? "" : `, without ${several(found.left)}`;
  return `from ${inlineCode(found.from)}${left}`;
}

/** Files that say something of it and were not used; null: there is none. */
export function unusedWords(found: Found | undefined): string | null {
  const unused = found?.unused ?? [];
  if (unused.length === 0) return null;
  const files = unused.map(({ path, why }) => `${inlineCode(path)}, since it has ${several(why)}`);
  return `Not used for the environment: ${files.join("; ")}`;
}

/** Words that name things of the repository's own. */
function several(words: readonly string[]): string {
  const shown = words.slice(0, 8).map((one) => plainSentence(one.slice(0, 200)));
  return [...shown, ...(words.length > shown.length ? [`${words.length - shown.length} more`] : [])].join(", ");
}
