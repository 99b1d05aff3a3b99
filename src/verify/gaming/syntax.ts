// A file as a tree: what a grammar makes of it, in plain objects, and the questions that every rule asks of such a tree.

/** One node of a tree. Places are UTF-16 positions in the text, lines are counted from 1. */
export interface Syntax {
  readonly type: string; // the grammar's own word
  readonly field: string | null; // what it is to its parent, where the grammar says
  readonly named: boolean; // false: punctuation and keywords
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly endLine: number;
  readonly parent: Syntax | null;
  readonly children: readonly Syntax[];
}

export type Language =
  | "bash"
  | "c_sharp"
  | "cpp"
  | "go"
  | "java"
  | "javascript"
  | "kotlin"
  | "php"
  | "python"
  | "ruby"
  | "rust"
  | "tsx"
  | "typescript";

/** The tree of a text; null where it could not be read within its bounds. */
export type Parse = (language: Language, text: string) => Syntax | null;

/** JavaScript in all its forms. */
export function isScript(language: Language): boolean {
  return language === "javascript" || language === "typescript" || language === "tsx";
}

/** A file that was read as its language. */
export interface CodeFile {
  readonly path: string;
  readonly text: string;
  readonly language: Language;
  readonly root: Syntax;
}

const languagesByEnding: readonly (readonly [ending: RegExp, language: Language])[] = [
  [/\.(?:[cm]?js|jsx)$/i, "javascript"],
  [/\.[cm]?ts$/i, "typescript"],
  [/\.tsx$/i, "tsx"],
  [/\.pyi?$/i, "python"],
  [/\.go$/i, "go"],
  [/\.java$/i, "java"],
  [/\.kts?$/i, "kotlin"],
  [/\.rs$/i, "rust"],
  [/\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx)$/i, "cpp"],
  [/\.csx?$/i, "c_sharp"],
  [/\.(?:rb|rake|gemspec)$|(?:^|\/)(?:Rakefile|Gemfile)$/i, "ruby"],
  [/\.(?:php|phtml|phpt)$/i, "php"],
  [/\.(?:sh|bash|zsh|ksh|bats)$|(?:^|\/)(?:gradlew|configure|\.husky\/[\w-]+|\.githooks\/[\w-]+)$/i, "bash"],
];

/** By the file's name; a file without an ending is a shell script where its first line says so. */
export function languageOf(path: string, text: string): Language | null {
  const known = languagesByEnding.find(([ending]) => ending.test(path));
  if (known !== undefined) return known[1];
  const shebang = /^#!.*\b(bash|sh|zsh|ksh|dash|bats|python3?|node|ruby|php)\b/.exec(text)?.[1];
  if (shebang === undefined) return null;
  if (shebang.startsWith("python")) return "python";
  if (shebang === "node") return "javascript";
  return shebang === "ruby" || shebang === "php" ? shebang : "bash";
}

/** Every node below and including one, parents first. */
export function* walk(node: Syntax, into: (node: Syntax) => boolean = () => true): Generator<Syntax> {
  const open: Syntax[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    if (next !== node && !into(next)) continue;
    for (let at = next.children.length - 1; at >= 0; at--) open.push(next.children[at] as Syntax);
  }
}

export function childOf(node: Syntax, field: string): Syntax | null {
  return node.children.find((child) => child.field === field) ?? null;
}

export function namedIn(node: Syntax | null): readonly Syntax[] {
  return node?.children.filter(({ named, type }) => named && !isComment(type)) ?? [];
}

export function* ancestors(node: Syntax): Generator<Syntax> {
  for (let up = node.parent; up !== null; up = up.parent) yield up;
}

export const isComment = (type: string): boolean => /comment/.test(type);
export const isString = (type: string): boolean =>
  /^(?:string|template_string|interpreted_string_literal|raw_string_literal|string_literal|encapsed_string|line_string_literal|multi_line_string_literal|verbatim_string_literal|raw_string|string_value|heredoc_body|char_literal|character_literal)$/.test(
    type,
  );

/** Tokens of a node without comments, joined by single spaces: the same for the same code however it is laid out. */
export function normal(node: Syntax): string {
  if (isString(node.type)) return `"${unquoted(node.text)}"`;
  const parts: string[] = [];
  for (const one of walk(node, ({ type }) => !isComment(type) && !isString(type))) {
    if (isComment(one.type)) continue;
    if (isString(one.type)) parts.push(`"${unquoted(one.text)}"`);
    else if (one.children.length === 0 && one.text.trim() !== "") parts.push(one.text.trim());
  }
  return parts
    .join(" ")
    .replace(/[,;] ?(?=[)\]}])/g, "")
    .replace(/ ?; ?/g, " ; ")
    .trim();
}

/** The same as it is usually written, without spaces around brackets and dots. */
export function closedUp(tokens: string): string {
  return tokens.replace(/ (?=[.,()[\]:])|(?<=[.([:]) /g, "");
}

/** The line, from 1, of a place in a text. */
export function lineAt(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}

/** What a literal of a string holds, without its quotes. */
export function unquoted(text: string): string {
  const [, inner = text] =
    /^(?:[a-zA-Z@$]{0,3}#*)(?:"""|'''|"|'|`)([\s\S]*?)(?:"""|'''|"|'|`)#*(?:[a-z]\w*)?$/.exec(text) ?? [];
  return inner;
}
