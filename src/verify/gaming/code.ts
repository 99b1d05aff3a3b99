// What every language of the grammars has in common: calls, functions, classes and what is written above them.
import { ancestors, childOf, isComment, namedIn, type Syntax, unquoted } from "./syntax.ts";

export interface Call {
  readonly node: Syntax;
  readonly callee: string; // `expect().not.toBe`: without white space, arguments and type arguments, with dots alone
  readonly args: readonly Syntax[];
  readonly block: Syntax | null; // a lambda or block that stands behind the arguments
}

const callTypes = new Set([
  "call_expression",
  "call",
  "method_invocation",
  "invocation_expression",
  "macro_invocation",
  "function_call_expression",
  "member_call_expression",
  "nullsafe_member_call_expression",
  "scoped_call_expression",
  "command",
  "new_expression",
  "object_creation_expression",
]);
const argumentTypes = new Set(["arguments", "argument_list", "value_arguments", "call_suffix", "token_tree"]);
const wrappers = new Set(["argument", "value_argument", "attribute_argument", "literal_element"]);
const blockTypes = new Set(["do_block", "block", "annotated_lambda", "lambda_literal"]);

const isCall = ({ type }: Syntax): boolean => callTypes.has(type);

const calls = new WeakMap<Syntax, Call>();

/** Null: the node is no call. Read once for each node. */
export function callOf(node: Syntax): Call | null {
  if (!isCall(node)) return null;
  const call = calls.get(node) ?? readCall(node);
  calls.set(node, call);
  return call;
}

function readCall(node: Syntax): Call {
  if (node.type === "command") {
    const name = childOf(node, "name")?.text ?? "";
    return { node, callee: name, args: node.children.filter(({ field }) => field === "argument"), block: null };
  }
  const suffix = node.children.findLast(({ type, field }) => argumentTypes.has(type) && field !== "function");
  const inside =
    suffix?.type === "call_suffix" ? suffix.children.find(({ type }) => type === "value_arguments") : suffix;
  const parts = [...node.children, ...(suffix?.type === "call_suffix" ? suffix.children : [])];
  const block = parts.find(({ type, field }) => blockTypes.has(type) && field !== "function") ?? null;
  const end = suffix?.from ?? block?.from ?? node.to;
  const args = namedIn(inside ?? null).map(unwrapped);
  return { node, callee: dotted(node.text.slice(0, end - node.from)), args, block };
}

function unwrapped(node: Syntax): Syntax {
  const [only] = namedIn(node);
  return wrappers.has(node.type) && only !== undefined && namedIn(node).length === 1 ? only : node;
}

const longestCallee = 4000;

/** `foo<T>(1)?.bar` → `foo().bar`. */
function dotted(text: string): string {
  let rest = text.slice(-longestCallee).replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/g, "\u00a7");
  for (let before = ""; before !== rest; ) {
    before = rest;
    rest = rest.replace(/\((?!\))(?:[^()]|\(\))*\)/g, "()").replace(/\{(?!\})[^{}]*\}/g, "{}");
  }
  return rest
    .replace(/\s+/g, "")
    .replace(/<[\w,.?:[\]]+>(?=$|\()/g, "")
    .replace(/\?->|->|::|\?\.|!!\.|!\./g, ".")
    .replace(/^(?:await|new|return)(?=[a-zA-Z_]+\W)/, (word) => (/^(?:await|new|return)$/.test(word) ? word : ""))
    .replace(/^\$|!$/g, "")
    .replace(/^this\.|^self\./, "");
}

/** The words of a callee, outside in: `it.skip.each()` → it, skip, each. */
export function wordsOf(callee: string): readonly string[] {
  return callee.replace(/\(\)|\{\}/g, "").split(".");
}

/** What is chained behind a call: `it("a", f)->skip("b")` → skip. */
export function chainedOn(node: Syntax): readonly Call[] {
  const found: Call[] = [];
  let inner = node;
  for (const up of ancestors(node)) {
    if (up.from !== node.from) break;
    const call = callOf(up);
    if (call?.args.every((arg) => arg.from !== inner.from)) found.push(call);
    inner = up;
  }
  return found;
}

const functionTypes = new Set([
  "function_definition",
  "function_declaration",
  "generator_function_declaration",
  "method_declaration",
  "method_definition",
  "function_item",
  "method",
  "singleton_method",
  "local_function_statement",
]);
const classTypes = new Set([
  "class_declaration",
  "class_definition",
  "class_specifier",
  "class",
  "mod_item",
  "module",
  "object_declaration",
  "impl_item",
  "struct_specifier",
]);

export const isFunction = ({ type, named }: Syntax): boolean => named && functionTypes.has(type);
export const isClass = ({ type, named, parent }: Syntax): boolean => named && parent !== null && classTypes.has(type);

/** Its own name; of a function in C or C++, that of its declarator. */
export function nameOf(node: Syntax): string {
  const name = childOf(node, "name");
  if (name !== null) return unquoted(name.text);
  let declarator = childOf(node, "declarator");
  for (let deeper = declarator; deeper !== null; deeper = childOf(deeper, "declarator")) declarator = deeper;
  if (declarator !== null) return declarator.text;
  const plain = node.children.find(({ type }) =>
    /^(?:simple_identifier|type_identifier|identifier|constant)$/.test(type),
  );
  return plain?.text.replace(/^`|`$/g, "") ?? "";
}

export function bodyOf(node: Syntax): Syntax | null {
  return childOf(node, "body") ?? node.children.find(({ type }) => /_body$|^block$|_block$/.test(type)) ?? null;
}

export interface Note {
  readonly text: string; // without white space and without what marks it: `Fact(Skip="x")`
  readonly line: number;
}

/** Decorators, annotations and attributes of a declaration, also those of a comment that a framework reads. */
export function notesOf(node: Syntax): readonly Note[] {
  const holder = node.parent?.type === "decorated_definition" ? node.parent : node;
  const within = [...holder.children, ...node.children].filter(({ type, field }) => field !== "body" && isNote(type));
  const inModifiers = node.children
    .filter(({ type }) => type === "modifiers")
    .flatMap(({ children }) => children.filter(({ type }) => isNote(type)));
  return [...new Set([...notesBefore(holder), ...within, ...inModifiers])].flatMap(singleNotes);
}

const isNote = (type: string) =>
  /^(?:decorator|annotation|marker_annotation|attribute_list|attribute_item|inner_attribute_item)$/.test(type);

/** Those that stand before a declaration as its siblings. */
function notesBefore(node: Syntax): Syntax[] {
  const siblings = node.parent?.children ?? [];
  const found: Syntax[] = [];
  for (let at = siblings.indexOf(node) - 1; at >= 0; at--) {
    const one = siblings[at] as Syntax;
    const isRead = isComment(one.type) && /^\/\*\*[\s\S]*@\w/.test(one.text);
    if (!isNote(one.type) && !isComment(one.type)) break;
    if (isNote(one.type) || isRead) found.unshift(one);
  }
  return found;
}

function singleNotes(node: Syntax): Note[] {
  if (isComment(node.type))
    return [...node.text.matchAll(/@(\w+)(?:[ \t]+([^\n*]*))?/g)].map(([, word, rest = ""]) => ({
      text: `@${word} ${rest.trim()}`.trim(),
      line: node.line,
    }));
  const inner = [...node.children.flatMap((child) => [child, ...child.children])].filter(
    ({ type }) => type === "attribute",
  );
  const each = inner.length > 0 ? inner : [node];
  return each.map((one) => ({
    text: one.text.replace(/\s+/g, "").replace(/^@(?:\w+:)?|^#?!?\[|\]$/g, ""),
    line: one.line,
  }));
}
