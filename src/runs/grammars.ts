// Grammars of programming languages, loaded once, and trees from them within bounds.
import { createRequire } from "node:module";
import { Language as Grammar, Parser, type TreeCursor } from "web-tree-sitter";
import type { Language, Parse, Syntax } from "../verify/gaming/syntax.ts";

const inPackage = "@vscode/tree-sitter-wasm/wasm/tree-sitter-";

/** Where each grammar is; WebAssembly without imports of its own: it reads and writes nothing but its memory. */
const files: Readonly<Record<Language, string>> = {
  bash: `${inPackage}bash.wasm`,
  c_sharp: `${inPackage}c-sharp.wasm`,
  cpp: `${inPackage}cpp.wasm`,
  go: `${inPackage}go.wasm`,
  java: `${inPackage}java.wasm`,
  javascript: `${inPackage}javascript.wasm`,
  kotlin: "@cursorless/tree-sitter-wasms/out/tree-sitter-kotlin.wasm",
  php: `${inPackage}php.wasm`,
  python: `${inPackage}python.wasm`,
  ruby: `${inPackage}ruby.wasm`,
  rust: `${inPackage}rust.wasm`,
  tsx: `${inPackage}tsx.wasm`,
  typescript: `${inPackage}typescript.wasm`,
};

/** Of one text and of one tree; what is deeper than that is left out of a tree. */
const [mostCharacters, mostNodes, deepest] = [192 * 1024, 250_000, 400];
/** Milliseconds of this thread alone, for one text, and for all of a change. Only a text made to be slow comes near them. */
const [longest, longestInAll] = [3_000, 20_000];

function spentMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const require = createRequire(import.meta.url);
let runtime: Promise<void> | null = null;
const loaded = new Map<Language, Promise<Grammar>>();

/**
 * A parser for one change: it reads a text in these languages at once, without waiting, and gives up on one that is too long, too
 * slow or too large as a tree. Rejects where a grammar is not there, which is an installation that is not whole.
 */
export async function openGrammars(languages: Iterable<Language>): Promise<Parse> {
  runtime ??= Parser.init();
  await runtime;
  const grammars = new Map<Language, Grammar>();
  for (const language of new Set(languages)) grammars.set(language, await load(language));
  let left = longestInAll;
  return (language, text) => {
    const grammar = grammars.get(language);
    if (grammar === undefined || text.length > mostCharacters || left <= 0) return null;
    const begun = spentMs();
    const read = parse(grammar, text, Math.min(longest, left));
    left -= spentMs() - begun;
    return read;
  };
}

function load(language: Language): Promise<Grammar> {
  const known = loaded.get(language) ?? Grammar.load(require.resolve(files[language]));
  loaded.set(language, known);
  return known;
}

function parse(grammar: Grammar, text: string, most: number): Syntax | null {
  const until = spentMs() + most;
  const parser = new Parser();
  try {
    parser.setLanguage(grammar);
    const tree = parser.parse(text, null, { progressCallback: () => spentMs() > until });
    if (tree === null) return null;
    const cursor = tree.walk();
    try {
      return copied(cursor, text);
    } finally {
      cursor.delete();
      tree.delete();
    }
  } finally {
    parser.delete();
  }
}

type Open = Syntax & { readonly children: Syntax[] };

/** The tree as plain objects; null where it is too large. */
function copied(cursor: TreeCursor, text: string): Syntax | null {
  const root = nodeAt(cursor, text, null);
  const open: Open[] = [root];
  let count = 0;
  for (let isNew = true; ; ) {
    if (isNew && open.length < deepest && cursor.gotoFirstChild()) {
      const child = nodeAt(cursor, text, open.at(-1) ?? null);
      open.at(-1)?.children.push(child);
      open.push(child);
    } else if (cursor.gotoNextSibling()) {
      open.pop();
      const child = nodeAt(cursor, text, open.at(-1) ?? null);
      open.at(-1)?.children.push(child);
      open.push(child);
      isNew = true;
    } else {
      if (!cursor.gotoParent()) return root;
      open.pop();
      isNew = false;
    }
    if (++count > mostNodes) return null;
  }
}

function nodeAt(cursor: TreeCursor, text: string, parent: Syntax | null): Open {
  const [from, to] = [cursor.startIndex, cursor.endIndex];
  return {
    type: cursor.nodeType,
    field: cursor.currentFieldName,
    named: cursor.nodeIsNamed,
    text: text.slice(from, to),
    from,
    to,
    line: cursor.startPosition.row + 1,
    endLine: cursor.endPosition.row + 1,
    parent,
    children: [],
  };
}
