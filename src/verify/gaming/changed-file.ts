// One path of a change, from its bytes.
import type { FileSide } from "./compare-bytes.ts";
import type { ChangedFile } from "./gaming.ts";

/** Null: it is not there. A text is read as UTF-8, and as UTF-16 where it begins with the mark of that. */
export function changedFile(path: string, before: FileSide | null, after: FileSide | null): ChangedFile {
  const texts = { path, before: textOf(before), after: textOf(after) };
  return before === null || after === null ? texts : { ...texts, kept: { before, after } };
}

function textOf(side: FileSide | null): string | null {
  if (side === null) return null;
  const bytes = Buffer.from(side.bytes, "latin1");
  const wide = side.bytes.startsWith("\xff\xfe") ? "utf-16le" : side.bytes.startsWith("\xfe\xff") ? "utf-16be" : null;
  return wide === null ? bytes.toString("utf8") : new TextDecoder(wide).decode(bytes);
}
