// What Maven asks a repository for, read from the path: https://maven.apache.org/repository/layout.html
import { decoded } from "../texts.ts";

export type MavenPath =
  /** The versions that there are of one artifact, or the plugins of a group, which is written in the same way. */
  | { readonly kind: "list"; readonly name: string; readonly path: string; readonly wantsSum: boolean }
  | {
      readonly kind: "file";
      readonly name: string;
      readonly version: string;
      readonly path: string;
      /** Of the same version's project file. */
      readonly project: string;
      readonly wantsSum: boolean;
    };

const part = /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}$/;

/** The path as Maven writes it, `name` as `group:artifact`, `path` without a slash before it; null where it is none. */
export function readMavenPath(asked: string): MavenPath | null {
  const whole = decoded(asked) ?? "";
  const wantsSum = whole.endsWith(".sha1");
  const path = whole.slice(1, wantsSum ? -".sha1".length : undefined);
  const parts = path.split("/");
  if (whole.length > 1000 || !whole.startsWith("/") || !parts.every((one) => part.test(one))) return null;
  const file = parts.at(-1) ?? "";
  if (file === "maven-metadata.xml") {
    const name = parts.length < 3 ? null : nameOf(parts.slice(0, -1));
    return name === null ? null : { kind: "list", name, path, wantsSum };
  }
  const [artifact = "", version = ""] = parts.slice(-3);
  const name = parts.length < 4 ? null : nameOf(parts.slice(0, -2));
  const isOfVersion = file.startsWith(`${artifact}-${version}.`) || file.startsWith(`${artifact}-${version}-`);
  if (name === null || !isOfVersion || !/^\.?[^.]*\.[A-Za-z]/.test(file.slice(`${artifact}-${version}`.length)))
    return null;
  if (/\.(?:asc|md5|sha\d+)$/.test(file)) return null;
  const project = [...parts.slice(0, -1), `${artifact}-${version}.pom`].join("/");
  return { kind: "file", name, version, path, project, wantsSum };
}

function nameOf(parts: readonly string[]): string {
  return `${parts.slice(0, -1).join(".")}:${parts.at(-1)}`;
}
