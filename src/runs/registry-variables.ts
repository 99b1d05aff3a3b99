// How a run is told of the package registries behind its door: by the variables and files that each client reads.
import type { Rules } from "../loop/state.ts";

const [npm, pypi] = ["npm", "pypi/simple"].map((path) => `http://127.0.0.1:{port}/${path}/`) as [string, string];

/**
 * npm and pnpm read `npm_config_…`, which come before a
 * repository's own `.npmrc`; npm is told to ask the registry wherever a lockfile points, whichever host that is
 * (https://docs.npmjs.com/cli/v11/using-npm/config#replace-registry-host). Yarn 1 reads `YARN_REGISTRY`, later ones the other two
 * (https://yarnpkg.com/configuration/yarnrc), bun its own (https://bun.com/docs/pm/npmrc). Nothing is audited or
 * asked of a fund: those are requests that write.
 */
const ofNpm = {
  npm_config_registry: npm,
  npm_config_replace_registry_host: "always",
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
  YARN_REGISTRY: npm,
  YARN_NPM_REGISTRY_SERVER: npm.slice(0, -1),
  YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
  BUN_CONFIG_REGISTRY: npm,
  COREPACK_NPM_REGISTRY: npm.slice(0, -1),
};

/**
 * pip reads `PIP_…` for each of its options, before its files (https://pip.pypa.io/en/stable/topics/configuration/); uv its own, by
 * two names (https://docs.astral.sh/uv/reference/environment/).
 */
const ofPypi = {
  PIP_INDEX_URL: pypi,
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
  UV_DEFAULT_INDEX: pypi,
  UV_INDEX_URL: pypi,
};

/** No `direct` after it: whoever is not served goes nowhere (https://go.dev/ref/mod#environment-variables). */
const ofGo = { GOPROXY: "http://127.0.0.1:{port}/go" };

/** For the line that writes Cargo's file: it takes another source in place of crates.io from no variable. */
const ofCargo = { LOOP_CARGO_INDEX: "sparse+http://127.0.0.1:{port}/cargo/" };

/** In place of every source that a Gemfile names (https://bundler.io/man/bundle-config.1.html#MIRRORS-OF-GEM-SOURCES). */
const ofRubygems = { BUNDLE_MIRROR__ALL: "http://127.0.0.1:{port}/rubygems/" };

/** For the line that writes Maven's file: no variable that every version reads names a repository. */
const ofMaven = { LOOP_MAVEN_REPOSITORY: "http://127.0.0.1:{port}/maven" };

/** Likewise for Composer's, which has one variable for all of its settings and none for its repositories. */
const ofPackagist = { LOOP_COMPOSER_REPOSITORY: "http://127.0.0.1:{port}/packagist" };

/** For the lines that write apt's file. */
const ofApt = { LOOP_APT_PROXY: "http://127.0.0.1:{port}/" };

const byProtocol: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  npm: ofNpm,
  pypi: ofPypi,
  go: ofGo,
  cargo: ofCargo,
  rubygems: ofRubygems,
  maven: ofMaven,
  packagist: ofPackagist,
  apt: ofApt,
};

/** Environment of a run that may fetch packages from registries of these protocols; `{port}` is filled in later. */
export function registryVariables(protocols: readonly string[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...protocols.map((name) => byProtocol[name] ?? {}));
}

/** The variables of a run of this kind: none where it may not fetch. */
export function registryEnvironment(
  rules: Pick<Rules, "packages">,
  who: "agent" | "set_up",
): Readonly<Record<string, string>> {
  return mayFetch(rules, who) ? registryVariables(rules.packages?.registries ?? []) : {};
}

/** Whether a run of this kind may fetch packages at all. */
export function mayFetch({ packages }: Pick<Rules, "packages">, who: "agent" | "set_up"): boolean {
  if (packages === undefined || packages.registries.length === 0) return false;
  return who === "set_up" || packages.agents;
}

/** For `sh`: where there is none yet, the file that Cargo reads (https://doc.rust-lang.org/cargo/reference/source-replacement.html). */
const cargoFile = `loopgate_file="\${CARGO_HOME:-$HOME/.cargo}/config.toml"
[ -e "$loopgate_file" ] || { mkdir -p "\${loopgate_file%/*}" && printf '[source.crates-io]\\nreplace-with = "loopgate"\\n\\n[source.loopgate]\\nregistry = "%s"\\n' "$LOOP_CARGO_INDEX" >"$loopgate_file"; } || exit 70`;

/**
 * Likewise Maven's (https://maven.apache.org/guides/mini/guide-mirror-settings.html), which it looks for in the home that the system
 * has for its user, whatever `HOME` says.
 */
const mavenFile = `loopgate_file="$HOME/.m2/settings.xml"
[ -e "$loopgate_file" ] || { mkdir -p "\${loopgate_file%/*}" && printf '<settings><mirrors><mirror><id>loopgate</id><mirrorOf>*</mirrorOf><url>%s</url></mirror></mirrors></settings>\\n' "$LOOP_MAVEN_REPOSITORY" >"$loopgate_file"; } || exit 70
export MAVEN_OPTS="-Duser.home=$HOME \${MAVEN_OPTS:-}"`;

/**
 * Likewise Composer's (https://getcomposer.org/doc/03-cli.md#composer-home-config-json), in place of packagist.org; `COMPOSER_HOME` says
 * where, since it looks in either of two places otherwise. Plain HTTP to the run's own loopback is what it is told to allow.
 */
const composerFile = `export COMPOSER_HOME="\${COMPOSER_HOME:-$HOME/.composer}"
[ -e "$COMPOSER_HOME/config.json" ] || { mkdir -p "$COMPOSER_HOME" && printf '{"config":{"secure-http":false},"repositories":[{"type":"composer","url":"%s"},{"packagist.org":false}]}\\n' "$LOOP_COMPOSER_REPOSITORY" >"$COMPOSER_HOME/config.json"; } || exit 70`;

/**
 * apt is told of a proxy, and keeps its lists and packages in the home, packed (https://manpages.debian.org/apt.conf.5): a run's root is
 * read-only and its user nobody's, so a package can be fetched and unpacked, and not installed.
 */
const aptFile = `export APT_CONFIG="$HOME/.loopgate-apt/apt.conf"
mkdir -p "$HOME/.loopgate-apt/lists/partial" "$HOME/.loopgate-apt/cache/archives/partial" && printf 'Acquire::http::Proxy "%s";\nAcquire::GzipIndexes "true";\nAcquire::Languages "none";\nDir::State::Lists "%s";\nDir::Cache "%s";\nDebug::NoLocking "true";\n' "$LOOP_APT_PROXY" "$HOME/.loopgate-apt/lists" "$HOME/.loopgate-apt/cache" >"$APT_CONFIG" || exit 70`;

const files: Readonly<Record<string, string>> = {
  cargo: cargoFile,
  maven: mavenFile,
  packagist: composerFile,
  apt: aptFile,
};

/** What a run of this kind does, and before that the files that tell clients of their registry, for those that no variable tells. */
export function withRegistryFiles(rules: Pick<Rules, "packages">, who: "agent" | "set_up", command: string): string {
  const served = mayFetch(rules, who) ? (rules.packages?.registries ?? []) : [];
  return [...served.flatMap((protocol) => files[protocol] ?? []), command].join("\n");
}
