// What apt asks an archive for, read from the path: https://wiki.debian.org/DebianRepository/Format
import { decoded } from "../texts.ts";

/** Each `path` is without a slash before it. */
export type AptPath =
  /** A suite's signed list of its indexes, or the signature beside it. */
  | { readonly kind: "release"; readonly suite: string; readonly path: string }
  /** An index by its name; where it ends the suite, only the suite's own list tells. */
  | { readonly kind: "index"; readonly path: string }
  /** An index by its SHA-256; `folder` is the one whose names it stands beside. */
  | { readonly kind: "by_hash"; readonly folder: string; readonly path: string; readonly sum: string }
  | { readonly kind: "package"; readonly path: string };

const part = /^[A-Za-z0-9_][A-Za-z0-9_.+~:@-]{0,199}$/;
const longest = 1_000;

/** Null where it is nothing that an archive gives here. */
export function readAptPath(asked: string): AptPath | null {
  const whole = decoded(asked) ?? "";
  const path = whole.slice(1);
  const parts = path.split("/");
  if (whole.length > longest || !whole.startsWith("/") || !parts.every((one) => part.test(one))) return null;
  const file = parts.at(-1) ?? "";
  if (parts[0] !== "dists") return file.endsWith(".deb") && parts.length > 1 ? { kind: "package", path } : null;
  const [hashes, algorithm] = parts.slice(-3);
  if (parts.includes("by-hash")) {
    const isOne = hashes === "by-hash" && algorithm === "SHA256" && /^[0-9a-f]{64}$/.test(file) && parts.length > 4;
    return isOne ? { kind: "by_hash", folder: parts.slice(0, -3).join("/"), path, sum: file } : null;
  }
  if (["InRelease", "Release", "Release.gpg"].includes(file))
    return parts.length > 2 ? { kind: "release", suite: parts.slice(1, -1).join("/"), path } : null;
  return parts.length > 3 ? { kind: "index", path } : null;
}

/** Whether a folder of indexes has those of packages that are built, and not of sources or translations. */
export function hasPackages(folder: string): boolean {
  return /\/binary-[a-z0-9-]+$/.test(folder);
}
