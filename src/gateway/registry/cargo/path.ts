// What Cargo asks a sparse registry for, read from the path: https://doc.rust-lang.org/cargo/reference/registry-index.html

export type CargoPath =
  | { readonly kind: "config" }
  | { readonly kind: "index"; readonly name: string }
  | { readonly kind: "crate"; readonly name: string; readonly version: string };

const crate = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** The path as Cargo writes it; null where it is none. */
export function readCargoPath(path: string): CargoPath | null {
  if (path === "/config.json") return { kind: "config" };
  const [, name = "", version = ""] = /^\/crates\/([^/]+)\/([^/]+)\/download$/.exec(path) ?? [];
  if (name !== "")
    return crate.test(name) && isVersion(version)
      ? { kind: "crate", name, version: decodeURIComponent(version) }
      : null;
  const last = path.split("/").at(-1) ?? "";
  return crate.test(last) && path === `/${indexPath(last)}` ? { kind: "index", name: last } : null;
}

/** Where the index has a crate, in small letters. */
export function indexPath(name: string): string {
  const small = name.toLowerCase();
  return `${prefixOf(small)}/${small}`;
}

/** The folder of a crate, in the letters of its name: https://doc.rust-lang.org/cargo/reference/registry-index.html#index-files */
export function prefixOf(name: string): string {
  if (name.length <= 2) return `${name.length}`;
  return name.length === 3 ? `3/${name[0]}` : `${name.slice(0, 2)}/${name.slice(2, 4)}`;
}

function isVersion(version: string): boolean {
  return /^\d+\.\d+\.\d+(?:[-+]|%2[Bb])?[0-9A-Za-z.%+-]{0,100}$/.test(version) && !/%(?!2[Bb])/.test(version);
}
