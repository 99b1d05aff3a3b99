// YAML as other tools write it: aliases and merge keys are theirs to use, within bounds.
import { parseDocument } from "yaml";
import { markIn } from "../marks.ts";

const mostCharacters = 200_000;

/** The value of a document; undefined where it is no YAML, has tags or directives, or is more than such a file has. It never throws. */
export function valueIn(text: string): unknown {
  if (text.length > mostCharacters || markIn(text) !== null) return undefined;
  try {
    const document = parseDocument(text, { merge: true, logLevel: "silent", prettyErrors: false });
    return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined; // too many aliases, or nesting that exhausts the stack
  }
}
