// JSON in which one object has a name twice: one reader takes the first value, another the last.
import { parseDocument } from "yaml";

/** Whether it has, in whatever way the name is written. `text` is JSON, which YAML holds. */
export function hasNameTwice(text: string): boolean {
  return parseDocument(text, { uniqueKeys: true }).errors.some(({ code }) => code === "DUPLICATE_KEY");
}
