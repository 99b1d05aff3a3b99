// What a policy file may not hold, told from its words alone: directives, tags, and brackets without end.
import { CST, Lexer } from "yaml";

export interface Mark {
  readonly kind: "directive" | "tag" | "nesting";
  readonly offset: number; // in characters
}

/** Notes of the lexer to its parser, which stand for no character of the text. */
const notes: readonly string[] = [CST.DOCUMENT, CST.FLOW_END, CST.SCALAR];

/** No option needs more than three, and all of them together no more than some hundreds; the parser takes a second, or all of the stack, for thousands. */
const deepest = 16;
const most = 1_000;

/**
 * The first of them, whether the parser would heed it or not; null where there is none. A directive changes what words mean
 * (`yes` is a truth in YAML 1.1), a tag what kind a value is, so a reader could not tell from the value alone.
 */
export function markIn(text: string): Mark | null {
  let offset = text.startsWith(CST.BOM) ? 1 : 0;
  let [brackets, inLine, all] = [0, 0, 0];
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (notes.includes(token) && !isScalar) {
      isScalar = token === CST.SCALAR;
      continue;
    }
    if (token === CST.BOM) continue;
    const type = isScalar ? "scalar" : CST.tokenType(token);
    if (type === "tag") return { kind: "tag", offset };
    if (type === "directive-line") return { kind: "directive", offset };
    if (type === "newline") inLine = 0;
    else if (type === "flow-map-end" || type === "flow-seq-end") brackets -= 1;
    else if (type === "flow-map-start" || type === "flow-seq-start") brackets += 1;
    else if (type === "seq-item-ind" || type === "explicit-key-ind") inLine += 1;
    if (openings.includes(type)) all += 1;
    if (Math.max(brackets, inLine) > deepest || all > most) return { kind: "nesting", offset };
    offset += token.length;
    isScalar = false;
  }
  return null;
}

/** Signs that a group, a list or an entry begins. */
const openings: readonly unknown[] = ["flow-map-start", "flow-seq-start", "seq-item-ind", "explicit-key-ind"];
