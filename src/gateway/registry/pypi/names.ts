// Names of Python projects and of their files, and the paths by which clients ask for them.
import { decoded } from "../texts.ts";

/** What a client asks for: a project's page, a file of it, or that file's metadata. */
export type PypiPath =
  | { readonly kind: "page"; readonly name: string }
  | { readonly kind: "file" | "metadata"; readonly name: string; readonly file: string };

const longest = 200;

/** https://packaging.python.org/en/latest/specifications/name-normalization/ */
const project = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** The name as registries compare it; null where it is none. */
export function normalName(name: string): string | null {
  return name.length <= longest && project.test(name) ? name.replace(/[-_.]+/g, "-").toLowerCase() : null;
}

/** The version that a file of a project is of, from its name; null where it is no file of it. */
export function versionOf(name: string, file: string): string | null {
  if (file.length > 300 || !/^[A-Za-z0-9][\w.+!-]*$/.test(file)) return null;
  const [, stem = "", ending = ""] = /^(.+?)(\.whl|\.tar\.gz|\.tar\.bz2|\.tar\.xz|\.zip|\.tgz)$/.exec(file) ?? [];
  const parts = stem.split("-");
  for (let at = 1; at < parts.length; at += 1) {
    if (normalName(parts.slice(0, at).join("-")) !== name) continue;
    const version = ending === ".whl" ? parts[at] : parts.slice(at).join("-");
    if (version !== undefined && /^\d[\w.+!-]*$/.test(version)) return version;
  }
  return null;
}

/** The path as clients write it, and as our own pages say it; null where it is none. */
export function readPypiPath(path: string): PypiPath | null {
  const [, page] = /^\/simple\/([^/]+)\/?$/.exec(path) ?? [];
  if (page !== undefined) {
    const name = normalName(page);
    return name === null ? null : { kind: "page", name };
  }
  const [, of = "", last = ""] = /^\/files\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const name = normalName(of);
  if (name === null || name !== of) return null;
  const isMetadata = last.endsWith(".metadata");
  const file = decoded(isMetadata ? last.slice(0, -".metadata".length) : last);
  if (file === null || versionOf(name, file) === null) return null;
  return { kind: isMetadata ? "metadata" : "file", name, file };
}
