// Keeps what the App writes within the size GitHub takes.

/** Bytes of a whole comment: well below every limit that was seen in practice. design.md §5. */
export const COMMENT_BYTES = 60_000;

/** Bytes of the status comment's visible part; the rest is the record's. */
export const STATUS_BYTES = COMMENT_BYTES - 21_000;

/** Bytes of an attempt comment's visible part; the rest is the hidden facts'. */
export const ATTEMPT_BYTES = COMMENT_BYTES - 13_000;

/**
 * Joins the parts with blank lines. While they are too long together, details go, the first one first; a line says how
 * many went. `before` and `after` always stay.
 */
export function fitted(
  parts: { readonly before: readonly string[]; readonly details: readonly string[]; readonly after: readonly string[] },
  bytes: number,
): string {
  const { before, details, after } = parts;
  for (let dropped = 0; ; dropped++) {
    const note = dropped === 0 ? [] : [`(${dropped} of ${details.length} details left out for length.)`];
    const text = [...before, ...note, ...details.slice(dropped), ...after].join("\n\n");
    if (dropped === details.length || Buffer.byteLength(text) <= bytes) return text;
  }
}
