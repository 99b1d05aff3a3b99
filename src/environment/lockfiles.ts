// The files that say which dependencies a repository has, of the package managers that are known.

/** What a package manager writes down, and what it reads where it has written nothing. Each name counts in every folder. */
interface Manager {
  readonly locks: readonly string[];
  /** Names of manifests; one counts where no lock lies in its folder or above it. */
  readonly manifests: RegExp;
}

const managers: readonly Manager[] = [
  {
    locks: ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"],
    manifests: /^package\.json$/,
  },
  {
    locks: ["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"],
    manifests: /^(?:pyproject\.toml|setup\.py|setup\.cfg|Pipfile)$/,
  },
  { locks: ["go.sum", "go.work.sum"], manifests: /^go\.mod$/ },
  { locks: ["Cargo.lock"], manifests: /^Cargo\.toml$/ },
  { locks: ["Gemfile.lock", "gems.locked"], manifests: /^(?:Gemfile|gems\.rb|.*\.gemspec)$/ },
  { locks: ["composer.lock"], manifests: /^composer\.json$/ },
  { locks: ["packages.lock.json"], manifests: /^(?:.*\.[cfv][bs]proj|Directory\.Packages\.props|packages\.config)$/ }, // NuGet
  { locks: ["mix.lock"], manifests: /^mix\.exs$/ },
  { locks: ["deno.lock"], manifests: /^deno\.jsonc?$/ },
];

/** What counts whatever else there is: tools without a lockfile, and what says which version of a tool, and how it installs. */
const always: ReadonlySet<string> = new Set([
  "pom.xml", // Maven has no lockfile
  "maven-wrapper.properties",
  "gradle.lockfile",
  "buildscript-gradle.lockfile",
  "libs.versions.toml",
  "build.gradle", // as a rule Gradle has none either
  "build.gradle.kts",
  "settings.gradle",
  "settings.gradle.kts",
  "gradle-wrapper.properties",
  "verification-metadata.xml",
  ".npmrc",
  ".yarnrc",
  ".yarnrc.yml",
  ".pnpmfile.cjs",
  "pnpm-workspace.yaml", // catalogs, overrides, whose scripts may run
  "bunfig.toml",
  "uv.toml",
  "go.work",
  "global.json",
  ".nvmrc",
  ".node-version",
  ".python-version",
  ".ruby-version",
  ".java-version",
  ".tool-versions",
  "mise.toml",
  ".mise.toml",
  "rust-toolchain",
  "rust-toolchain.toml",
]);

/** Patches that an install puts on packages. */
const patch = /(?:^|\/)(?:patches|\.yarn\/patches)\/[^/]+\.patch$/;

/** Most that are looked at, those nearest the root: a repository with more names its own. */
const most = 200;

/** Those of a repository's paths whose content is the key of its set-up: the ones that policy names, else the known ones. */
export function keyFiles(paths: readonly string[], named: readonly string[]): readonly string[] {
  if (named.length > 0) return named.filter((path) => paths.includes(path)).sort();
  const locked = managers.map(
    ({ locks }) => new Set(paths.filter((path) => locks.includes(nameOf(path))).map((path) => folderOf(path))),
  );
  const isLoose = (path: string) =>
    managers.some(({ manifests }, index) => manifests.test(nameOf(path)) && !isBelow(path, locked[index]));
  return paths
    .filter(
      (path) => isLock(path) || always.has(nameOf(path)) || isRequirements(path) || patch.test(path) || isLoose(path),
    )
    .sort((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1))
    .slice(0, most)
    .sort();
}

/** Whether it is a file of pip's requirements or constraints: by convention, for pip takes any name. */
export function isRequirements(path: string): boolean {
  return /(?:^|\/)(?:[^/]*(?:requirements|constraints)[^/]*|requirements\/[^/]+)\.(?:txt|in)$/.test(path);
}

function isLock(path: string): boolean {
  return managers.some(({ locks }) => locks.includes(nameOf(path)));
}

/** Whether one of these folders is the path's own or above it. */
function isBelow(path: string, folders: ReadonlySet<string> = new Set()): boolean {
  for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) if (folders.has(folder)) return true;
  return folders.has("");
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Empty: the repository's root. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function depthOf(path: string): number {
  return path.split("/").length;
}
