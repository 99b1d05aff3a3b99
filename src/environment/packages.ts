// The packages that a lockfile names, and of which protocol's registries. Read loosely: what cannot be read names nothing.
import { parseJson } from "../base/parse-json.ts";
import { childrenOf, parseXml, within } from "../verify/reports/xml.ts";
import { isRequirements } from "./lockfiles.ts";

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
}

type Read = (text: string) => readonly LockedPackage[];

const readers: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  npm: {
    "package-lock.json": inNpmLock,
    "npm-shrinkwrap.json": inNpmLock,
    "pnpm-lock.yaml": inPnpmLock,
    "yarn.lock": inYarnLock,
    "bun.lock": (text) => each(text, /^\s*"[^"]+":\s*\["((?:@[^/@"]+\/)?[^@"]+)@(\d[^"]*)"/gm),
    "deno.lock": inDenoLock,
  },
  pypi: {
    "Pipfile.lock": inPipfileLock,
    "uv.lock": inTomlPackages,
    "poetry.lock": inTomlPackages,
    "pdm.lock": inTomlPackages,
    "pylock.toml": inTomlPackages,
  },
  cargo: { "Cargo.lock": inCargoLock },
  maven: { "pom.xml": inProjectFile },
  rubygems: { "Gemfile.lock": inGemfileLock, "gems.locked": inGemfileLock },
  packagist: { "composer.lock": inComposerLock },
  go: { "go.sum": inGoSum, "go.work.sum": inGoSum },
};

/** The protocol of the registries whose packages this lockfile names; null: it is none that can be read. */
export function protocolOf(path: string): string | null {
  if (isPipList(path)) return "pypi";
  return Object.keys(readers).find((protocol) => Object.hasOwn(readers[protocol] ?? {}, nameOf(path))) ?? null;
}

/** What a lockfile names of registries' packages, real names in place of aliases; what lies in the repository or comes by git is none. */
export function packagesIn(path: string, text: string): readonly LockedPackage[] {
  if (isPipList(path)) return inRequirements(text);
  return readers[protocolOf(path) ?? ""]?.[nameOf(path)]?.(text) ?? [];
}

function isPipList(path: string): boolean {
  return path.endsWith(".txt") && isRequirements(path);
}

function nameOf(path: string): string {
  return path.split("/").at(-1) ?? "";
}

/** Versions of pnpm before 9 begin a package's key with a slash; without one, `packages/2` is a folder of the workspace. */
function inPnpmLock(text: string): LockedPackage[] {
  const name = "((?:@[^/@\\s'\"]+/)?[^@/\\s'\"]+)";
  const key = new RegExp(`^ {2}['"]?(?:/${name}[@/]|${name}@)(\\d[^():'"\\s]*)`, "gm");
  return [...text.matchAll(key)].map(([, slashed, plain = "", version = ""]) => ({ name: slashed ?? plain, version }));
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
    const { name, version, link, resolved } = recordIn(entry);
    if (at < 0 || link === true || /^(?:git|file:)/.test(String(resolved))) return [];
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
    return [...(/^\d/.test(String(real)) ? lockedAs(name, real) : []), ...inDependencies(inner, depth + 1)];
  });
}

function lockedAs(name: string, version: unknown): LockedPackage[] {
  return typeof version === "string" ? [{ name, version }] : [];
}

/** Its npm packages, each with those that it stands beside after an underscore. */
function inDenoLock(text: string): LockedPackage[] {
  const { npm, packages } = parsed(text);
  return Object.keys(recordIn(npm ?? recordIn(packages).npm)).flatMap((key) =>
    each(key, /^((?:@[^/@]+\/)?[^/@]+)@(\d[^_]*)/g),
  );
}

/** https://go.dev/ref/mod#go-sum-files: the module itself, and its go.mod alone where no more of it was needed. */
function inGoSum(text: string): LockedPackage[] {
  return each(text, /^(\S+) (v\S+?)(?:\/go\.mod)? h1:\S+$/gm);
}

/** Yarn 1 and later: a line of what was asked for, then indented what it came to. */
function inYarnLock(text: string): LockedPackage[] {
  const entry =
    /^"?((?:@[^/@\s"]+\/)?[^@\s"]+)@(?:npm:((?:@[^/@\s"]+\/)?[^@\s"]+)@)?[^\n]*:\r?\n {2}version:? "?([^"\s]+)"?/gm;
  return [...text.matchAll(entry)].flatMap(([whole, asked = "", real, version = ""]) => {
    const range = whole.replace(/^"/, "").slice(asked.length + 1);
    const isLocal = /^(?:(?:workspace|link|portal|file|patch|git|git\+\w+|github|ssh|https?):|[\w.-]+\/\w)/.test(range);
    return isLocal ? [] : [{ name: real ?? asked, version }];
  });
}

/** https://pip.pypa.io/en/stable/reference/requirements-file-format/: what is pinned to one version. */
function inRequirements(text: string): LockedPackage[] {
  return each(text, /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]\n]*\])?\s*===?\s*(\d[^\s;,#\\*]*)(?=[\s;#\\]|$)/gm);
}

function inPipfileLock(text: string): LockedPackage[] {
  const lock = parsed(text);
  const groups = Object.entries(lock).filter(([group]) => group !== "_meta");
  return groups.flatMap(([, group]) =>
    Object.entries(recordIn(group)).flatMap(([name, entry]) => {
      const { version } = recordIn(entry);
      return typeof version === "string" ? [{ name, version: version.replace(/^===?/, "") }] : [];
    }),
  );
}

/** What says in a table that the package lies in the repository, or comes by git or from an address of its own. */
const elsewhere =
  /^(?:source = \{ (?:editable|virtual|directory|path|git|url) |type = "(?:git|directory|file|url)"|(?:path|git) = "|(?:directory|vcs|archive) = \{|\[packages\.(?:directory|vcs|archive)\])/m;

/** Tables `[[package]]` that begin with name and version, as the tools write them. */
function inTomlPackages(text: string): LockedPackage[] {
  return tomlTables(text).flatMap((table) => (isElsewhere(table) ? [] : inTable(table)));
}

/** An address with a reference is one of an index. */
function isElsewhere(table: string): boolean {
  return elsewhere.test(table) || (/^url = "/m.test(table) && !/^reference = /m.test(table));
}

/** One without a source is of the workspace. */
function inCargoLock(text: string): LockedPackage[] {
  return tomlTables(text).flatMap((table) => (/^source = "(?:registry|sparse)\+/m.test(table) ? inTable(table) : []));
}

function tomlTables(text: string): string[] {
  return text.split(/^\[\[packages?\]\]\r?\n/m).slice(1);
}

function inTable(table: string): LockedPackage[] {
  return each(table, /^name = "([^"\n]+)"\r?\nversion = "([^"\n]+)"/g);
}

/** Sections that begin at a line's start: what comes from a registry is in those called GEM, each version with its platform. */
function inGemfileLock(text: string): LockedPackage[] {
  const sections = text.split(/\r?\n(?=\S)/).filter((section) => section.startsWith("GEM"));
  return sections.flatMap((section) => each(section, /^ {4}(\S+) \(([^\s()]+)\)\r?$/gm));
}

/** https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control */
function inComposerLock(text: string): LockedPackage[] {
  const lock = parsed(text);
  return ["packages", "packages-dev"].flatMap((group) =>
    Object.values(recordIn(lock[group])).flatMap((entry) => {
      const { name, version } = recordIn(entry);
      return typeof name === "string" ? lockedAs(name, version) : [];
    }),
  );
}

/** Maven has no lockfile: what a project file names with a version of its own, dependencies, plugins and parent alike. */
function inProjectFile(text: string): LockedPackage[] {
  const { root } = parseXml(text);
  const named = root === null ? [] : mavenElements.flatMap((name) => within(root, name));
  return named.flatMap((element) => {
    const [group = "org.apache.maven.plugins", artifact, version] = ["groupId", "artifactId", "version"].map((tag) =>
      childrenOf(element, tag)[0]?.text.trim(),
    );
    const isWhole = artifact !== undefined && version !== undefined && !`${group}${artifact}${version}`.includes("$");
    return isWhole ? [{ name: `${group}:${artifact}`, version }] : [];
  });
}

const mavenElements = ["parent", "dependency", "plugin", "extension"];

function parsed(text: string): Readonly<Record<string, unknown>> {
  return recordIn(parseJson(text));
}

function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
