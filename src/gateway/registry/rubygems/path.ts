// What Bundler asks a compact index for, read from the path: https://guides.rubygems.org/rubygems-org-compact-index-api/

/** A version as its file names it, the platform behind it where it has one: `1.0.0`, `1.0.0-x86_64-linux`. */
export interface GemName {
  readonly name: string;
  readonly version: string;
}

export type GemPath =
  | { readonly kind: "versions" }
  | { readonly kind: "info"; readonly name: string }
  | { readonly kind: "gem"; readonly file: string; readonly readings: readonly GemName[] };

const gem = /^(?=.*[A-Za-z])[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$/;
const version = /^\d[A-Za-z0-9]*(?:\.[A-Za-z0-9]+)*(?:-[A-Za-z0-9][A-Za-z0-9._-]*)?$/;

/** The path as Bundler writes it; null where it is none. */
export function readGemPath(path: string): GemPath | null {
  if (path === "/versions") return { kind: "versions" };
  const [, name = ""] = /^\/info\/([^/]+)$/.exec(path) ?? [];
  if (name !== "") return gem.test(name) ? { kind: "info", name } : null;
  const [, file = ""] = /^\/gems\/([^/]{1,400})\.gem$/.exec(path) ?? [];
  const readings = readingsOf(file);
  return readings.length === 0 ? null : { kind: "gem", file: `${file}.gem`, readings };
}

/** Whether this is a version as the index writes one. */
export function isVersion(text: string): boolean {
  return version.test(text);
}

/** Names and versions that a file's name can stand for, for both may have dashes: `a-1-2` is `a` 1 for platform 2, or `a-1` 2. */
function readingsOf(file: string): readonly GemName[] {
  return [...file.matchAll(/-(?=\d)/g)]
    .map(({ index }) => ({ name: file.slice(0, index), version: file.slice(index + 1) }))
    .filter((one) => gem.test(one.name) && isVersion(one.version));
}
