// The packages that a lockfile names, of the clients of npm registries. Read loosely: what cannot be read names nothing.

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
}

const readers: Readonly<Record<string, (text: string) => readonly LockedPackage[]>> = {
  "package-lock.json": inNpmLock,
  "npm-shrinkwrap.json": inNpmLock,
  "pnpm-lock.yaml": (text) => each(text, /^ {2}['"]?\/?((?:@[^/@\s'"]+\/)?[^@/\s'"]+)[@/](\d[^():'"\s]*)/gm),
  "yarn.lock": inYarnLock,
  "bun.lock": (text) => each(text, /^\s*"[^"]+":\s*\["((?:@[^/@"]+\/)?[^@"]+)@(\d[^"]*)"/gm),
};

/** Whether a path is a lockfile that can be read for its packages. */
export function isPackageList(path: string): boolean {
  return Object.hasOwn(readers, nameOf(path));
}

/** What a lockfile names, real names in place of aliases. */
export function packagesIn(path: string, text: string): readonly LockedPackage[] {
  return readers[nameOf(path)]?.(text) ?? [];
}

function nameOf(path: string): string {
  return path.split("/").at(-1) ?? "";
}

/** All matches of a pattern with a name and a version. */
function each(text: string, pattern: RegExp): LockedPackage[] {
  return [...text.matchAll(pattern)].map(([, name = "", version = ""]) => ({ name, version }));
}

/** https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json: `packages` by path, before that `dependencies` in each other. */
function inNpmLock(text: string): LockedPackage[] {
  const lock = parsed(text);
  const found = Object.entries(recordIn(lock.packages)).flatMap(([path, entry]) => {
    const at = path.lastIndexOf("node_modules/");
    const { name, version, link } = recordIn(entry);
    if (at < 0 || link === true) return [];
    return lockedAs(typeof name === "string" ? name : path.slice(at + "node_modules/".length), version);
  });
  return found.length > 0 ? found : inDependencies(lock.dependencies, 0);
}

const deepest = 100;

function inDependencies(dependencies: unknown, depth: number): LockedPackage[] {
  if (depth > deepest) return [];
  return Object.entries(recordIn(dependencies)).flatMap(([key, entry]) => {
    const { version, dependencies: inner } = recordIn(entry);
    const [, name = key, real = version] = /^npm:((?:@[^/]+\/)?[^@]+)@(.+)$/.exec(String(version)) ?? [];
    return [...lockedAs(name, real), ...inDependencies(inner, depth + 1)];
  });
}

function lockedAs(name: string, version: unknown): LockedPackage[] {
  return typeof version === "string" ? [{ name, version }] : [];
}

/** Yarn 1 and later: a line of what was asked for, then indented what it came to. */
function inYarnLock(text: string): LockedPackage[] {
  const entry =
    /^"?((?:@[^/@\s"]+\/)?[^@\s"]+)@(?:npm:((?:@[^/@\s"]+\/)?[^@\s"]+)@)?[^\n]*:\r?\n {2}version:? "?([^"\s]+)"?/gm;
  return [...text.matchAll(entry)].map(([, asked = "", real, version = ""]) => ({ name: real ?? asked, version }));
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return recordIn(JSON.parse(text));
  } catch {
    return {};
  }
}

function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
