// What a lockfile of each client names.
import { expect, test } from "vitest";
import { packagesIn, protocolOf } from "../../src/environment/packages.ts";

const names = (path: string, text: string) => packagesIn(path, text).map(({ name, version }) => `${name}@${version}`);
const all = ["@team/two@2.0.0", "one@1.0.0", "real@3.0.0-rc.1"];

const npm3 = JSON.stringify({
  packages: {
    "": { name: "shop", version: "9.9.9" },
    "node_modules/@team/two": { version: "2.0.0" },
    "node_modules/@team/two/node_modules/one": { version: "1.0.0" },
    "node_modules/alias": { name: "real", version: "3.0.0-rc.1" },
    "node_modules/local": { link: true, resolved: "packages/local" },
    "packages/local": { version: "1.0.0" },
  },
});
const npm1 = JSON.stringify({
  dependencies: {
    "@team/two": { version: "2.0.0", dependencies: { one: { version: "1.0.0" } } },
    alias: { version: "npm:real@3.0.0-rc.1" },
  },
});
const pnpm = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      one:
        specifier: ^1.0.0
        version: 1.0.0

  packages/2048:
    dependencies:
      one:
        specifier: ^1.0.0
        version: 1.0.0

packages:

  '@team/two@2.0.0':
    resolution: {integrity: sha512-x}

  one@1.0.0:
    resolution: {integrity: sha512-x}

  real@3.0.0-rc.1:
    resolution: {integrity: sha512-x}
`;
const pnpm5 = pnpm
  .replace("'@team/two@2.0.0'", "/@team/two/2.0.0")
  .replace("  one@1.0.0:\n", "  /one/1.0.0:\n")
  .replace("  real@3.0.0-rc.1:", "  /real/3.0.0-rc.1:");
const yarn1 = `# yarn lockfile v1


"@team/two@^2.0.0", "@team/two@~2.0.0":
  version "2.0.0"
  resolved "https://registry.invalid/x"
  dependencies:
    one "^1.0.0"

one@^1.0.0:
  version "1.0.0"

"alias@npm:real@next":
  version "3.0.0-rc.1"
`;
const berry = `__metadata:
  version: 8
  cacheKey: 10c0

"@team/two@npm:^2.0.0":
  version: 2.0.0
  resolution: "@team/two@npm:2.0.0"

"one@npm:^1.0.0":
  version: 1.0.0

"alias@npm:real@next":
  version: 3.0.0-rc.1
`;
const bun = `{
  "lockfileVersion": 1,
  "workspaces": { "": { "name": "shop", "dependencies": { "one": "^1.0.0", }, }, },
  "packages": {
    "@team/two": ["@team/two@2.0.0", "", { "dependencies": { "one": "^1.0.0" } }, "sha512-x"],

    "one": ["one@1.0.0", "", {}, "sha512-x"],

    "alias": ["real@3.0.0-rc.1", "", {}, "sha512-x"],
  }
}
`;

test.each([
  ["package-lock.json", npm3],
  ["a/npm-shrinkwrap.json", npm1],
  ["pnpm-lock.yaml", pnpm],
  ["web/pnpm-lock.yaml", pnpm5],
  ["yarn.lock", yarn1],
  ["b/yarn.lock", berry],
  ["bun.lock", bun],
])("%s names each package by its real name and version", (path, text) => {
  expect(protocolOf(path)).toBe("npm");
  expect(names(path, text).sort()).toEqual(all);
});

test.each(["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"])(
  "%s that is damaged names nothing",
  (path) => {
    for (const text of ["", "{", "null", "[]", '{"packages":[1],"dependencies":{"a":null}}', "\0\u{1F600}"])
      expect(names(path, text)).toEqual([]);
  },
);

const requirements = `# made by hand
one==1.2.0  # pinned
  Two.x [extra, more] === 2.0.post1 ; python_version > "3"
three == 3.0rc1 \\
    --hash=sha256:0
four>=1.0
five==1.*
-r other.txt
git+https://example.org/six
`;
const toml = `version = 1
[[package]]
name = "one"
version = "1.2.0"
dependencies = [{ name = "four", version = "9" }]

[[package]]
name = "Two.x"
version = "2.0.post1"
[[package]]
name = "three"
version = "3.0rc1"
`;
const pipfile = JSON.stringify({
  _meta: { sources: { version: "==1" } },
  default: { one: { version: "==1.2.0" }, "Two.x": { version: "===2.0.post1" }, six: { git: "x" } },
  develop: { three: { version: "==3.0rc1" } },
});

test.each([
  ["requirements.txt", requirements],
  ["constraints.txt", requirements],
  ["api/uv.lock", toml],
  ["poetry.lock", toml],
  ["pdm.lock", toml.replaceAll("\n", "\r\n")],
  ["Pipfile.lock", pipfile],
])("%s names what it pins of Python's packages", (path, text) => {
  expect(protocolOf(path)).toBe("pypi");
  expect(names(path, text).sort()).toEqual(["Two.x@2.0.post1", "one@1.2.0", "three@3.0rc1"]);
});

test("Cargo.lock names crates", () => {
  const text = `version = 4\n\n[[package]]\nname = "one"\nversion = "1.2.0"\nsource = "registry+https://x"\ndependencies = [\n "two",\n]\n`;
  expect(protocolOf("Cargo.lock")).toBe("cargo");
  expect(names("Cargo.lock", text)).toEqual(["one@1.2.0"]);
});

test("Gemfile.lock names the gems that come from a registry, each with its platform, and not those of a path or of git", () => {
  const text =
    "GIT\n  remote: https://x/y.git\n  specs:\n    ours (9.0.0)\n\nPATH\n  remote: .\n  specs:\n    shop (0.1.0)\n      one (~> 1.2)\n\n" +
    "GEM\n  remote: https://rubygems.org/\n  specs:\n    one (1.2.0)\n      two (>= 1.0, < 3)\n    two (2.0.rc1-x86_64-linux)\n\n" +
    "DEPENDENCIES\n    fake (1.0)\n";
  expect(protocolOf("Gemfile.lock")).toBe("rubygems");
  for (const each of [text, text.replaceAll("\n", "\r\n")])
    for (const path of ["Gemfile.lock", "gems.locked"]) // Bundler's other name, beside gems.rb
      expect(names(path, each)).toEqual(["one@1.2.0", "two@2.0.rc1-x86_64-linux"]);
});

test("composer.lock names its packages, those for development too, and nothing where it cannot be read", () => {
  const lock = {
    packages: [{ name: "a/one", version: "v1.2.0" }, { name: "a/none" }, "x"],
    "packages-dev": [{ name: "a/two", version: "2.0.0-RC1" }],
    aliases: [{ name: "a/three", version: "3.0.0" }],
  };
  expect(protocolOf("php/composer.lock")).toBe("packagist");
  expect(names("composer.lock", JSON.stringify(lock))).toEqual(["a/one@v1.2.0", "a/two@2.0.0-RC1"]);
  for (const text of ["", "[]", "{", '{"packages": 1}']) expect(names("composer.lock", text)).toEqual([]);
});

test("pom.xml names what it gives a version of its own, but not what it leaves out, nor what a property says", () => {
  const of = (tag: string, group: string, artifact: string, version: string) =>
    `<${tag}>${group === "" ? "" : `<groupId>${group}</groupId>`}<artifactId>${artifact}</artifactId>${version}</${tag}>`;
  const left = "<exclusions><exclusion><groupId>x</groupId><artifactId>y</artifactId></exclusion></exclusions>";
  const text = `<?xml version="1.0"?><project><artifactId>shop</artifactId><version>9</version>
${of("parent", "a.b", "base", "<version>1</version>")}<dependencies>
${of("dependency", "junit", "junit", `${left}<version> 4.13.2 </version>`)}${of("dependency", "a", "none", "")}
${of("dependency", "a", "some", ["<version>$", "{some}</version>"].join(""))}<!--${of("dependency", "a", "gone", "<version>1</version>")}-->
</dependencies><build><plugins>${of("plugin", "", "maven-jar-plugin", "<version>3.4.1</version>")}</plugins></build></project>`;
  expect(protocolOf("core/pom.xml")).toBe("maven");
  expect(names("core/pom.xml", text)).toEqual([
    "a.b:base@1",
    "junit:junit@4.13.2",
    "org.apache.maven.plugins:maven-jar-plugin@3.4.1",
  ]);
  expect(names("pom.xml", "no xml")).toEqual([]);
});

test("go.sum names modules, also those of which only the module file is needed", () => {
  const text =
    "example.test/one v1.2.0 h1:abc=\nexample.test/one v1.2.0/go.mod h1:abc=\ngithub.com/Two/two/v3 v3.0.1-pre/go.mod h1:x=\nnot a line\n";
  expect(protocolOf("cmd/go.sum")).toBe("go");
  expect(new Set(names("cmd/go.sum", text))).toEqual(
    new Set(["example.test/one@v1.2.0", "github.com/Two/two/v3@v3.0.1-pre"]),
  );
});

test("no other file is one", () => {
  for (const path of ["package.json", "yarn.lock.txt", "go.mod", "constructor", "a/toString"])
    expect(protocolOf(path)).toBeNull();
});

test("what lies in the repository, or comes by git, is no package of a registry that somebody accepted", () => {
  const yarn = `"shop@workspace:.":\n  version: 0.0.0-use.local\n\n"ours@portal:../ours":\n  version: 1.0.0\n\n"fork@https://github.com/a/fork.git#commit=x":\n  version: 1.0.0\n\n"one@npm:^1.0.0, one@npm:~1.0.0":\n  version: 1.0.0\n`;
  expect(names("yarn.lock", yarn)).toEqual(["one@1.0.0"]);
  const old = `fork@a/fork:\n  version "1.0.0"\n\nour@file:our:\n  version "1.0.0"\n\none@^1.0.0:\n  version "1.0.0"\n`;
  expect(names("yarn.lock", old)).toEqual(["one@1.0.0"]);
  const npm = { "node_modules/fork": { version: "1.0.0", resolved: "git+ssh://git@github.com/a/fork.git#x" } };
  const file = { "node_modules/ours": { version: "1.0.0", resolved: "file:ours.tgz" } };
  expect(names("package-lock.json", JSON.stringify({ packages: { ...npm, ...file } }))).toEqual([]);
  const first = { dependencies: { fork: { version: "git+ssh://git@github.com/a/fork.git#x" } } };
  expect(names("package-lock.json", JSON.stringify(first))).toEqual([]);
  const cargo = `[[package]]\nname = "shop"\nversion = "0.1.0"\ndependencies = [\n "one",\n]\n\n[[package]]\nname = "fork"\nversion = "1.0.0"\nsource = "git+https://x"\n\n[[package]]\nname = "one"\nversion = "1.0.0"\nsource = "sparse+https://x"\n`;
  expect(names("Cargo.lock", cargo)).toEqual(["one@1.0.0"]);
  const uv = ['editable = "."', 'virtual = "."', 'git = "x"', 'registry = "https://x/simple"'].map(
    (source, n) => `[[package]]\nname = "p${n}"\nversion = "1.0.0"\nsource = { ${source} }\n`,
  );
  expect(names("uv.lock", uv.join("\n"))).toEqual(["p3@1.0.0"]);
  const poetry = `[[package]]\nname = "ours"\nversion = "1.0.0"\nfiles = []\n\n[package.source]\ntype = "directory"\nurl = "ours"\n\n[[package]]\nname = "one"\nversion = "1.0.0"\n\n[package.source]\ntype = "legacy"\nurl = "https://x/simple"\nreference = "ours"\n`;
  expect(names("poetry.lock", poetry)).toEqual(["one@1.0.0"]);
});

test.each(["requirements-dev.txt", "dev-requirements.txt", "requirements/base.txt", "api/requirements/dev.txt"])(
  "%s is read as a file of requirements, wherever projects keep them",
  (path) => {
    expect(protocolOf(path)).toBe("pypi");
    expect(names(path, "one==1.2.0\n")).toEqual(["one@1.2.0"]);
  },
);

test("pylock.toml, deno.lock and go.work.sum name their packages too", () => {
  const pylock = `lock-version = "1.0"\n\n[[packages]]\nname = "one"\nversion = "1.2.0"\nindex = "https://x/simple"\n\n[[packages]]\nname = "ours"\nversion = "1.0.0"\n\n[packages.directory]\npath = "."\n`;
  expect(protocolOf("pylock.toml")).toBe("pypi");
  expect(names("pylock.toml", pylock)).toEqual(["one@1.2.0"]);
  const npm = { "@team/two@2.0.0_one@1.0.0": { integrity: "x" }, "one@1.0.0": {} };
  expect(protocolOf("deno.lock")).toBe("npm");
  expect(names("deno.lock", JSON.stringify({ version: "5", npm }))).toEqual(["@team/two@2.0.0", "one@1.0.0"]);
  expect(names("deno.lock", JSON.stringify({ version: "3", packages: { npm } }))).toHaveLength(2);
  expect(names("go.work.sum", "example.test/one v1.2.0 h1:abc=\n")).toEqual(["example.test/one@v1.2.0"]);
});
