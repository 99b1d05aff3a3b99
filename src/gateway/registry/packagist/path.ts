// What Composer asks a repository for, read from the path; anything that is not exactly one of these is nothing.

export type PackagistPath =
  | { readonly kind: "root" }
  /** What there is of a package; `branches`: of its branches alone, which change from day to day. */
  | { readonly kind: "package"; readonly name: string; readonly branches: boolean }
  | { readonly kind: "file"; readonly name: string; readonly version: string };

/** https://getcomposer.org/doc/04-schema.md#name */
const vendor = "[a-z0-9](?:[_.-]?[a-z0-9]+)*";
const name = `${vendor}/[a-z0-9](?:(?:[_.]|-{1,2})?[a-z0-9]+)*`;
const ofPackage = new RegExp(`^/p2/(${name})(~dev)?\\.json$`);
const ofFile = new RegExp(`^/files/(${name})/([A-Za-z0-9][A-Za-z0-9.+_-]{0,200})\\.(?:zip|tar)$`);

/** The path as Composer writes it; null where it is none. */
export function readPackagistPath(path: string): PackagistPath | null {
  if (path === "/packages.json") return { kind: "root" };
  if (path.length > 600) return null;
  const [, asked, branches] = ofPackage.exec(path) ?? [];
  if (asked !== undefined) return { kind: "package", name: asked, branches: branches !== undefined };
  const [, own, version] = ofFile.exec(path) ?? [];
  return own === undefined || version === undefined ? null : { kind: "file", name: own, version };
}

/** Whether a text is a version that a path can hold as it stands. */
export function isPlainVersion(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9.+_-]{0,200}$/.test(text);
}
