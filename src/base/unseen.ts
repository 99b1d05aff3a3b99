// Characters that nobody sees, or that move, hide or reorder what is seen: taken out, or named where somebody is to judge.

/**
 * Controls but tab and newline; formats (zero-width, bidirectional, tags); private and unassigned ones; fillers that print as
 * nothing; variation selectors; ends of lines that only some readers take for one.
 */
const unseenCharacters =
  "(?![\\n\\t])\\p{Cc}|\\p{Cf}|\\p{Co}|\\p{Cn}|\\p{Zl}|\\p{Zp}|\\p{Default_Ignorable_Code_Point}|\\u2800";

/** One of them. */
export const unseenCharacter = new RegExp(unseenCharacters, "gu");

/** One of them, or a whole escape sequence of a terminal. https://ecma-international.org/publications-and-standards/standards/ecma-48/ */
const unseen = new RegExp(`\\x1b\\[[0-?]*[ -/]*[@-~]|${unseenCharacters}`, "gu");

/** The text with plain newlines and without what nobody sees. */
export function withoutUnseen(text: string): string {
  return withPlainLines(text).replace(unseen, "");
}

/** The text with the name of each of them in its place, as `⟨U+202E⟩`: for a diff, where a reader has to know of it. */
export function unseenNamed(text: string): string {
  const name = (one: string) => `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  return text.toWellFormed().replace(unseen, name);
}

/** Every end of a line that some reader takes for one, as a newline; halves of letters as U+FFFD. */
export function withPlainLines(text: string): string {
  return text.toWellFormed().replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n");
}
