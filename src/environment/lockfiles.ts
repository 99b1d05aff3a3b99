// The files that say which dependencies a repository has, of the package managers that are known.

/** Names of lockfiles, and of what stands in for one where a tool has none; each counts in every folder. */
const lockfiles: ReadonlySet<string> = new Set([
  "package-lock.json", // npm
  "npm-shrinkwrap.json",
  "pnpm-lock.yaml",
  "yarn.lock",
  "bun.lock",
  "bun.lockb",
  "requirements.txt", // pip
  "constraints.txt",
  "Pipfile.lock",
  "uv.lock",
  "poetry.lock",
  "pdm.lock",
  "go.sum",
  "Cargo.lock",
  "pom.xml", // Maven has no lockfile
  "gradle.lockfile",
  "buildscript-gradle.lockfile",
  "libs.versions.toml",
  "build.gradle", // as a rule Gradle has none either
  "build.gradle.kts",
  "Gemfile.lock",
  "composer.lock",
  "packages.lock.json", // NuGet
  "mix.lock",
]);

/** More than this are not looked at: such a repository names its own. */
const most = 200;

/** Those of a repository's paths whose content is the key of its set-up: the ones that policy names, else the known lockfiles. */
export function keyFiles(paths: readonly string[], named: readonly string[]): readonly string[] {
  if (named.length > 0) return named.filter((path) => paths.includes(path)).sort();
  return paths
    .filter((path) => lockfiles.has(path.split("/").at(-1) ?? ""))
    .sort()
    .slice(0, most);
}
