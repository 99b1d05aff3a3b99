// What a Go client asks its module proxy for, read from the path: https://go.dev/ref/mod#goproxy-protocol
import { decoded } from "../texts.ts";

export type GoPath =
  | { readonly kind: "list" | "latest"; readonly module: string }
  | { readonly kind: "info" | "mod" | "zip"; readonly module: string; readonly version: string }
  /** The checksum database behind the proxy: https://go.dev/ref/mod#checksum-database */
  | { readonly kind: "sums"; readonly what: "supported" | "latest" | "kept"; readonly path: string };

const longest = 300;

/** A path as the client writes it, capitals as `!` and their small letter; null where it is none. */
export function readGoPath(path: string): GoPath | null {
  const plain = decoded(path);
  if (plain === null || plain.length > 2 * longest) return null;
  const sums = readSums(plain);
  if (sums !== null) return sums;
  const [, latest] = /^\/(.+)\/@latest$/.exec(plain) ?? [];
  const [, of, last = ""] = /^\/(.+)\/@v\/([^/]+)$/.exec(plain) ?? [];
  const module = unescaped(latest ?? of ?? "");
  if (module === null || !isModule(module)) return null;
  if (latest !== undefined) return { kind: "latest", module };
  if (last === "list") return { kind: "list", module };
  const [, escaped = "", kind] = /^(.+)\.(info|mod|zip)$/.exec(last) ?? [];
  const version = unescaped(escaped);
  if (version === null || !/^[A-Za-z0-9][\w.+~-]{0,200}$/.test(version)) return null;
  if (kind !== "info" && !isVersion(version)) return null; // a branch is asked about, never fetched
  return { kind: kind as "info" | "mod" | "zip", module, version };
}

/** Whether a version is written as tags and files have it, in full. */
export function isVersion(version: string): boolean {
  return /^v\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+incompatible)?$/.test(version);
}

/** As it stands in an address. */
export function escaped(text: string): string {
  return text.replace(/[A-Z]/g, (one) => `!${one.toLowerCase()}`);
}

/** https://go.dev/ref/mod#go-mod-file-ident: elements of letters, digits and a few marks, none beginning or ending with a dot. */
function isModule(module: string): boolean {
  const elements = module.split("/");
  return (
    module.length <= longest &&
    elements.every((one) => /^[A-Za-z0-9~_-](?:[\w.~-]*[\w~-])?$/.test(one)) &&
    (elements[0] ?? "").includes(".")
  );
}

function unescaped(text: string): string | null {
  if (/[A-Z]/.test(text) || /![^a-z]|!$/.test(text)) return null;
  return text.replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function readSums(path: string): GoPath | null {
  const [, rest = ""] = /^\/sumdb\/sum\.golang\.org\/(.+)$/.exec(path) ?? [];
  if (rest === "supported" || rest === "latest") return { kind: "sums", what: rest, path };
  const [, module = "", version = ""] = /^lookup\/(.+)@([^/@]+)$/.exec(rest) ?? [];
  const isLookup = isModule(unescaped(module) ?? "") && isVersion(unescaped(version) ?? "");
  const isTile = /^tile\/\d{1,2}\/(?:data|\d{1,2})(?:\/x\d{3}){0,6}\/\d{3}(?:\.p\/\d{1,3})?$/.test(rest);
  return isLookup || isTile ? { kind: "sums", what: "kept", path } : null;
}
