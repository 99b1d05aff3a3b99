// What a client of an npm registry asks for, read from the path; anything that is not exactly one of these is nothing.
import { decoded } from "../texts.ts";

/** A package's document, one version's manifest (or a tag's), or a file of it. */
export type NpmPath =
  | { readonly kind: "document"; readonly name: string }
  | { readonly kind: "manifest"; readonly name: string; readonly version: string }
  | { readonly kind: "file"; readonly name: string; readonly file: string };

/** npm's rule for names (validate-npm-package-name), older names with capitals included; no part of one is ever `.` or `..`. */
const part = "[A-Za-z0-9~-][A-Za-z0-9._~-]*";
const name = new RegExp(`^(?:@${part}/)?${part}$`);
const longest = 214;

/** Whether a text is a package's name. */
function isPackageName(text: string): boolean {
  return text.length <= longest && text !== "-" && name.test(text); // below `-` are the registry's own services
}

/** The path as clients write it, a scope's slash plain or as `%2f`; null where it is none. */
export function readNpmPath(path: string): NpmPath | null {
  const parts = path.slice(1).split("/").map(decoded);
  if (!path.startsWith("/") || parts.some((one) => one === null)) return null;
  const [scope, ...rest] = (parts as string[]).join("/").split("/");
  const full = scope?.startsWith("@") ? `${scope}/${rest.shift()}` : (scope ?? "");
  if (!isPackageName(full)) return null;
  const [first, second, ...more] = rest;
  if (first === undefined) return { kind: "document", name: full };
  if (more.length > 0) return null;
  if (second === undefined)
    return /^[\w.+~-]{1,256}$/.test(first) ? { kind: "manifest", name: full, version: first } : null;
  if (first !== "-" || !/^\w[\w.+~@-]{0,511}\.tgz$/.test(second)) return null;
  return { kind: "file", name: full, file: second };
}

/** The part of a path that names a file, whatever stands before it: npm 11 leaves a registry's own folder out of it. */
export function filePathIn(path: string): string | null {
  return /(?:\/@[^/]+)?\/[^/]+\/-\/[^/]+\.tgz$/.exec(path)?.[0] ?? null;
}
