// Removes characters that a reader of the issue cannot see.

// Controls but tab and newline; formats (zero-width, bidirectional, tags); fillers that print as nothing; variation selectors.
const invisible = /\p{Cc}|\p{Cf}|\p{Co}|\p{Cn}|\p{Default_Ignorable_Code_Point}|\u2800/gu;

/** The text in NFC with plain newlines and without invisible characters, and how many were removed. */
export function visibleCharacters(text: string): { readonly text: string; readonly removed: number } {
  const lines = text
    .toWellFormed()
    .normalize("NFC")
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n");
  let removed = 0;
  const kept = lines.replace(invisible, (character) => {
    if (character === "\n" || character === "\t") return character;
    // The emoji selector is everywhere and carries nothing; it goes without being counted.
    if (character !== "\uFE0F") removed += 1;
    return "";
  });
  return { text: kept, removed };
}
