// Removes characters that a reader of the issue cannot see.

import { unseenCharacter, withPlainLines } from "../base/unseen.ts";

/** The text in NFC with plain newlines and without invisible characters, and how many were removed. */
export function visibleCharacters(text: string): { readonly text: string; readonly removed: number } {
  const lines = withPlainLines(text.normalize("NFC"));
  let removed = 0;
  const kept = lines.replace(unseenCharacter, (character) => {
    // The emoji selector is everywhere and carries nothing; it goes without being counted.
    if (character !== "\uFE0F") removed += 1;
    return "";
  });
  return { text: kept, removed };
}
