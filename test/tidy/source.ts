// Reads the source tree as plain data: each file's text and what it imports.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";

export interface Source {
  /** Below `src`, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly from: string; // path below src
  readonly to: string; // path below src, or the name of a package
  readonly relative: boolean;
  readonly typeOnly: boolean;
}

/** Every file below a folder, sorted. */
export function readSources(root: string): Source[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files
    .sort()
    .map((file) => ({ path: file.slice(root.length + 1).replaceAll(sep, "/"), text: readFileSync(file, "utf8") }));
}

export const isCode = ({ path }: Source) => /\.(ts|mts|mjs)$/.test(path);

const statement = /^[ \t]*(import|export)\b([^;"'`]*?)\bfrom\s*["']([^"']+)["']/gm;
const bare = /^[ \t]*import\s*["']([^"']+)["']/gm;
const dynamic = /\bimport\(\s*["']([^"']+)["']\s*\)/g;
const asset = /new URL\(\s*["'](\.[^"']+)["']\s*,\s*import\.meta\.url/g;

/** What a file imports, statically or not, and the files it reads from beside itself. */
export function importsOf(source: Source): Import[] {
  const text = withoutComments(source.text);
  const found: { to: string; typeOnly: boolean }[] = [];
  for (const [, , what = "", to = ""] of text.matchAll(statement)) found.push({ to, typeOnly: isTypeOnly(what) });
  for (const pattern of [bare, dynamic, asset]) {
    for (const [, to = ""] of text.matchAll(pattern)) found.push({ to, typeOnly: false });
  }
  return found.map(({ to, typeOnly }) => {
    const relative = to.startsWith(".");
    const target = relative ? posix.normalize(posix.join(posix.dirname(source.path), to)) : packageOf(to);
    return { from: source.path, to: target, relative, typeOnly };
  });
}

function isTypeOnly(what: string): boolean {
  if (/^\s+type\s+[{*\w]/.test(what)) return true;
  const braces = /^\s*\{([\s\S]*)\}\s*$/.exec(what);
  const names = (braces?.[1] ?? "").split(",").filter((name) => name.trim() !== "");
  return names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
}

function packageOf(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The text without comments; strings stay. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|[ \t])\/\/.*$/gm, "$1");
}
