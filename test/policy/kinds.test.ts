// What kind of change an edit is, with an innocent neighbour of each: what a person is asked about, and what not.
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type KindFile, kindsIn } from "../../src/policy/kinds.ts";
import { npmRegistry, packagesIn, sourcesIn } from "../../src/policy/manifests.ts";
import { risksOf } from "../../src/policy/risk.ts";

function found(path: string, before: string | null, after: string | null, file: Partial<KindFile> = {}): string[] {
  const modes = { oldMode: before === null ? "000000" : "100644", newMode: after === null ? "000000" : "100644" };
  const kinds = kindsIn({ path, ...modes, binary: false, before, after, ...file });
  return kinds.map(({ kind, what, line }) => `${kind}${line === null ? "" : `:${line}`} ${what}`);
}

const npm = (change: object = {}) =>
  JSON.stringify(
    { name: "shop", dependencies: { lodash: "^4.0.0" }, scripts: { test: "node --test" }, ...change },
    null,
    2,
  );
const lock = (address: string) =>
  `{\n  "packages": {\n    "node_modules/lodash": {\n      "version": "4.17.21",\n      "resolved": "${address}"\n    }\n  }\n}\n`;
const usualLock = lock(`https://${npmRegistry}/lodash/-/lodash-4.17.20.tgz`);

describe("a new package", () => {
  it.each([
    [
      "package.json",
      npm(),
      npm({ dependencies: { lodash: "^4.0.0", "left-pad": "1.0.0" } }),
      "dependencies:5 left-pad",
    ],
    ["package.json", npm(), npm({ devDependencies: { "@team/tool": "1.0.0" } }), "dependencies:10 @team/tool"],
    [
      "app/package.json",
      npm(),
      '{"dependencies":{"lodash":"^4.0.0","\\u006c\\u0065ft-pad":"1"}}',
      "dependencies:1 left-pad",
    ],
    ["requirements/dev.txt", "", "requests\r\n", "dependencies:1 requests"],
    ["requirements-dev.txt", "flask==3.0\n", "flask==3.0\nrequests[socks] >= 2\n", "dependencies:2 requests"],
    [
      "pyproject.toml",
      "[project]\ndependencies = [\n]\n",
      '[project]\ndependencies = ["httpx>=1", "rich"]\n',
      "dependencies:2 httpx",
    ],
    ["pyproject.toml", "", '[tool.poetry.dependencies]\npython = "^3"\n', "dependencies:2 python"],
    ["Cargo.toml", "[dependencies]\n", '[dependencies]\nserde = { version = "1" }\n', "dependencies:2 serde"],
    ["Cargo.toml", "", '[dependencies.serde]\nversion = "1"\n', "dependencies:1 serde"],
    ["go.mod", "module a\n", "module a\n\nrequire example.com/x v1.2.3\n", "dependencies:3 example.com/x"],
    ["Gemfile", "", 'gem "rack", "~> 3"\n', "dependencies:1 rack"],
    ["composer.json", '{"require":{}}', '{"require":{"acme/log":"1"}}', "dependencies:1 acme/log"],
    ["pom.xml", "<a/>", "<dependency>\n<artifactId>guava</artifactId>", "dependencies:2 guava"],
    ["build.gradle", "", "implementation 'com.acme:log:1.2'", "dependencies:1 com.acme:log"],
    ["App.csproj", "", '<PackageReference Include="Serilog" Version="4.0" />', "dependencies:1 Serilog"],
    ["pubspec.yaml", "", "dependencies:\n  http: ^1.0.0\n", "dependencies:2 http"],
    ["mix.exs", "", '{:jason, "~> 1.4"}', "dependencies:1 jason"],
  ])("in %s is found", (path, before, after, what) => {
    expect(found(path, before, after)).toContain(what);
  });

  it.each([
    ["a version more", "package.json", npm(), npm({ dependencies: { lodash: "^5.0.0" } })],
    ["a package less, and a field after none", "package.json", npm(), npm({ dependencies: {}, version: "2" })],
    ["a package less", "package.json", npm(), npm({ dependencies: {} })],
    ["another order", "requirements.txt", "a==1\nb==2\n", "b==2\na==1\n"],
    ["a comment", "requirements.txt", "a==1\n", "# needs requests\na==1\n"],
    ["another section", "Cargo.toml", '[package]\nname = "a"\n', '[package]\nname = "a"\nedition = "2024"\n'],
    ["a script", "package.json", npm(), npm({ scripts: { test: "vitest" } })],
    ["a file of another name", "docs/package.json.md", "", npm()],
  ])("is none in %s", (_, path, before, after) => {
    expect(found(path, before, after)).toEqual([]);
  });
});

describe("a new source of packages", () => {
  it.each([
    ["package.json", npm(), npm({ dependencies: { lodash: "github:mallory/lodash" } }), "github:mallory/lodash"],
    [
      "package.json",
      npm(),
      npm({ dependencies: { lodash: "https://files.example/l.tgz" } }),
      "https://files.example/l.tgz",
    ],
    ["package.json", npm(), npm({ overrides: { lodash: "npm:lodahs@4" } }), "npm:lodahs@4"],
    ["package.json", npm(), npm({ overrides: { a: { b: "1", c: "github:mallory/c" }, d: "1" } }), "github:mallory/c"],
    ["package.json", npm(), npm({ overrides: { a: { b: "1" }, c: "github:mallory/c" } }), "github:mallory/c"],
    ["package-lock.json", usualLock, lock("https://files.example/lodash.tgz"), "https://files.example"],
    [
      "yarn.lock",
      "",
      'lodash@^4:\n  version "4"\n  resolved "https://files.example/l.tgz#abc"\n',
      "https://files.example",
    ],
    ["pnpm-lock.yaml", "", "  lodash@4: {tarball: https://files.example/l.tgz}\n", "https://files.example"],
    [
      "requirements.txt",
      "a==1\n",
      "--extra-index-url https://pypi.example/simple\na==1\n",
      "https://pypi.example/simple",
    ],
    ["requirements.txt", "a==1\n", "a @ git+https://git.example/a.git\n", "git+https://git.example/a.git"],
    ["uv.lock", "", 'source = { registry = "https://pypi.example/simple" }', "https://pypi.example"],
    ["Cargo.toml", "", '[dependencies]\na = { git = "https://git.example/a" }', "https://git.example/a"],
    ["Cargo.toml", "", "[dependencies]\na = { git = 'https://git.example/a' }", "https://git.example/a"],
    ["Cargo.lock", "", 'source = "git+https://git.example/a?rev=1#2"', "git+https://git.example/a"],
    ["go.mod", "module a\n", "module a\nreplace x.example/y => ../y\n", "../y"],
    ["Gemfile", "", 'source "https://gems.example"\n', "https://gems.example"],
    ["Gemfile", "", 'git "https://git.example/a.git" do\n', "https://git.example/a.git"],
    ["pom.xml", "<a/>", "<repository>\n<url>https://x.example/y</url>\n</repository>", "https://x.example/y"],
    ["build.gradle", "", "maven { url 'https://maven.example/repo' }", "https://maven.example/repo"],
    ["nuget.config", "", '<add key="x" value="https://nuget.example/v3" />', "https://nuget.example/v3"],
  ])("in %s is found", (path, before, after, what) => {
    expect(found(path, before, after).filter((one) => one.startsWith("sources"))).toEqual([
      expect.stringMatching(new RegExp(`^sources:\\d+ ${what.replace(/[.+?]/g, "\\$&")}$`)),
    ]);
  });

  it.each([
    ["the usual registry", "package-lock.json", "", usualLock],
    [
      "a version more from it",
      "package-lock.json",
      usualLock,
      lock(`https://${npmRegistry}/lodash/-/lodash-4.18.0.tgz`),
    ],
    [
      "a version more from one that was there",
      "yarn.lock",
      '  resolved "https://npm.example/a-1.tgz"',
      '  resolved "https://npm.example/a-2.tgz"',
    ],
    ["crates.io", "Cargo.lock", "", 'source = "registry+https://github.com/rust-lang/crates.io-index"'],
    ["a home page", "pom.xml", "<a/>", "<url>https://x.example/y</url>"],
    ["an address in a script", "package.json", npm(), npm({ homepage: "https://shop.example" })],
    ["a word of a list", "requirements.txt", "", "a==1 # see https-only\n"],
  ])("is none in %s", (_, path, before, after) => {
    expect(found(path, before, after).filter((one) => one.startsWith("sources"))).toEqual([]);
  });
});

const [blanks, many] = [" ".repeat(3000), Array.from({ length: 400 }, (_, at) => `"pack-${at}"`).join(", ")];

it.each([
  ["requirements.txt", "", `${blanks}requests==2\n`, "dependencies:1 requests"],
  [
    "requirements.txt",
    "",
    `--index-url${blanks}https://packages.example/simple\n`,
    "sources:1 https://packages.example/simple",
  ],
  ["Gemfile", "", `gem${blanks}"rack"\n`, "dependencies:1 rack"],
  ["pyproject.toml", "", `[project]\ndependencies${blanks}= [\n"httpx"]\n`, "dependencies:3 httpx"],
  [
    "pyproject.toml",
    `[project]\ndependencies = [${many}]\n`,
    `[project]\ndependencies = [${many}, "late"]\n`,
    "dependencies:2 late",
  ],
  [
    "composer.json",
    "{}",
    JSON.stringify({ repositories: [{ url: `https://packages.example/${"a".repeat(3000)}` }] }),
    "sources:1",
  ],
  ["package.json", npm(), npm({ license: "Mine alone. ".repeat(300) }), "licences:9 Mine alone."],
])("a long line of %s hides nothing behind its beginning, and tells of nothing else", (path, before, after, what) => {
  expect(found(path, before, after)).toEqual([expect.stringMatching(new RegExp(`^${what}`))]);
});

it.each(Array.from({ length: 40 }, (_, at) => at))(
  "a name of a long line that has a comma in its version is found wherever the line is parted (%i)",
  (at) => {
    const line = `implementation("a:b:1"${"/".repeat(1970 + at)} "com.evil:late:[1.0,2.0)")`;
    expect(found("build.gradle", "", line)).toContain("dependencies:1 com.evil:late");
    const item = `<Project>${"-".repeat(1970 + at)}<PackageReference Condition="f(a,b)" Include="Late" />`;
    expect(found("App.csproj", "", item)).toContain("dependencies:1 Late");
  },
);

it("tens of thousands of packages, indented by tabs, are read in seconds, each with its line", () => {
  const names = Array.from({ length: 60_000 }, (_, at) => [`pack-${at}`, "1.0.0"]);
  const text = JSON.stringify({ dependencies: Object.fromEntries(names) }, null, "\t");
  const named = packagesIn("package.json", text);
  expect(named).toHaveLength(60_000);
  expect(named.at(-1)).toEqual({ name: "pack-59999", line: 60_002 });
}, 20_000);

it("a long lockfile is read as a whole, also on one line, with the line of what is new", () => {
  const entry = (n: number) => [
    `node_modules/p${n}`,
    { version: "1", resolved: `https://${npmRegistry}/p${n}.tgz`, license: "MIT" },
  ];
  const all = Array.from({ length: 1000 }, (_, n) => entry(n));
  const bad = [...all, ["node_modules/x", { resolved: "https://files.example/x.tgz" }]];
  const [before, after] = [all, bad].map((some) => JSON.stringify({ packages: Object.fromEntries(some) }, null, 2));
  expect(found("package-lock.json", before!, after!)).toEqual(["sources:5004 https://files.example"]);
  expect(found("package-lock.json", before!, JSON.stringify(JSON.parse(after!)))).toHaveLength(1);
});

describe("what is run on installing", () => {
  it.each([
    [
      "package.json",
      npm(),
      npm({ scripts: { test: "node --test", postinstall: "node x.js" } }),
      '"postinstall": "node x.js"',
    ],
    ["package.json", npm({ scripts: { prepare: "a" } }), npm({ scripts: { prepare: "b" } }), '"prepare": "b"'],
    ["package.json", npm(), npm({ trustedDependencies: ["esbuild"] }), '"esbuild"'],
    ["package.json", npm(), `\ufeff${JSON.stringify({ scripts: { install: "node x.js" } })}`, '"install": "node x.js"'],
    ["composer.json", "{}", '{"scripts":{"post-install-cmd":["php a"]}}', '"php a"'],
    [
      "composer.json",
      '{"scripts":{"post-install-cmd":["php a"]}}',
      '{"scripts":{"post-install-cmd":["php a","php b"]}}',
      '"php b"',
    ],
    ["pyproject.toml", "", '[tool.hatch.build.hooks.custom]\npath = "x.py"\n', "[tool.hatch.build.hooks.custom]"],
    ["pyproject.toml", "", 'build-system = { "build-backend" = "own" }\n', '"build-backend" = "own" }'],
    ["Cargo.toml", "", "[package]\nbuild = 'make.rs'\n", "build = 'make.rs'"],
    ["Cargo.toml", "", 'package.build = "make.rs"\n', 'build = "make.rs"'],
    ["hatch_build.py", null, "a\n", "the whole file is run"],
    ["Setup.py", "a\n", "b\n", "the whole file is run"],
    ["pnpm-workspace.yaml", "", "onlyBuiltDependencies:\n  - esbuild\n", "esbuild"],
    ["composer.json", "{}", '{"scripts":{"post-install-cmd":"php x"}}', '"post-install-cmd": "php x"'],
    ["pyproject.toml", "", '[build-system]\nbuild-backend = "own"\n', 'build-backend = "own"'],
    ["Cargo.toml", "", '[package]\nbuild = "make.rs"\n', 'build = "make.rs"'],
    ["setup.py", "a\n", "b\n", "the whole file is run"],
    ["native/binding.gyp", null, "{}", "the whole file is run"],
  ])("in %s is found", (path, before, after, what) => {
    expect(found(path, before, after).map((one) => one.replace(/^(\w+):\d+/, "$1"))).toContain(
      `install_scripts ${what}`,
    );
  });

  it.each([
    ["another script", "package.json", npm(), npm({ scripts: { test: "vitest", build: "tsc" } })],
    [
      "one that was there",
      "package.json",
      npm({ scripts: { prepare: "a" } }),
      npm({ scripts: { prepare: "a" }, version: "2" }),
    ],
    ["a field after an empty list", "package.json", npm(), npm({ trustedDependencies: [], author: "a" })],
    ["a profile of a build", "Cargo.toml", "", "[profile.release]\nbuild-override = { opt-level = 3 }\n"],
    ["one that is gone", "setup.py", "a\n", null],
    ["a file that is called nearly so", "docs/setup.py.md", "", "b\n"],
  ])("is none in %s", (_, path, before, after) => {
    expect(found(path, before, after).filter((one) => one.startsWith("install"))).toEqual([]);
  });
});

describe("nothing hides what is run on installing", () => {
  const hooked = (command: string) => npm({ scripts: { postinstall: command } });
  const runs = (path: string, before: string | null, after: string | null, file: Partial<KindFile> = {}) =>
    found(path, before, after, file).some((one) => one.startsWith("install_scripts"));

  it("be it one command of thousands of characters, or an edit far behind in one", () => {
    const [long, longest] = ["a && ".repeat(100), "a && ".repeat(1000)];
    expect(runs("package.json", npm(), hooked(`${longest}x`))).toBe(true);
    expect(runs("package.json", hooked(`${longest}x`), hooked(`${longest}y`))).toBe(true);
    expect(runs("package.json", hooked(`${long}x`), hooked(`${long}y`))).toBe(true);
    expect(runs("package.json", hooked(`${long}x`), `${hooked(`${long}x`)}\n`)).toBe(false);
  });

  it("be there many new packages beside it, each from a place of its own", () => {
    const names = Array.from({ length: 30 }, (_, n) => [`p${n}`, `github:mallory/p${n}`]);
    const after = npm({ dependencies: Object.fromEntries(names), scripts: { install: "x" }, license: "GPL" });
    const kinds = found("package.json", npm(), after).map((one) => one.split(":")[0]);
    expect([...new Set(kinds)]).toEqual(["install_scripts", "sources", "dependencies", "licences"]);
    expect(kinds).toHaveLength(42);
  });

  it("be it not to be read as text, or a link to a file of another name", () => {
    expect(runs("setup.py", null, null, { oldMode: "100644", newMode: "100644", binary: true })).toBe(true);
    expect(runs("app/package.json", null, "", { newMode: "120000" })).toBe(true);
    expect(runs("app/package.txt", null, "", { newMode: "120000" })).toBe(false);
  });
});

const header = "// Code generated by protoc. DO NOT EDIT.\n";

it.each<[string, string, string | null, string | null, Partial<KindFile>, string]>([
  ["the text of a licence", "LICENSE", "MIT\n", "GPL\n", {}, "licences the text of a licence"],
  ["a licence that is gone", "sub/COPYING.txt", "MIT\n", null, {}, "licences a licence is taken away"],
  ["a manifest's licence", "package.json", npm(), npm({ license: "GPL-3.0" }), {}, "licences:9 GPL-3.0"],
  ["a licence before its name", "MIT-LICENSE", "MIT\n", "GPL\n", {}, "licences the text of a licence"],
  ["a licence among several", "LICENSES/MIT.txt", "MIT\n", "GPL\n", {}, "licences the text of a licence"],
  [
    "a link that is a program now",
    "run",
    "",
    "a\n",
    { oldMode: "120000", newMode: "100755" },
    "permission_bits it can be run as a program now",
  ],
  ["a bit", "run.sh", "a\n", "a\n", { newMode: "100755" }, "permission_bits it can be run as a program now"],
  [
    "a binary",
    "lib/x.so",
    null,
    null,
    { newMode: "100644", binary: true },
    "binaries a new file that cannot be read in a review",
  ],
  [
    "generated code",
    "api.pb.go",
    `${header}a\n`,
    `${header}b\n`,
    {},
    "generated a program wrote it, and would write it anew",
  ],
  ["a migration", "db/migrate/001_a.rb", "a\n", "b\n", {}, "migrations a step that may have been taken already"],
  ["a migration that is gone", "app/migrations/0002_b.py", "a\n", null, {}, "migrations a step is taken away"],
])("%s is found", (_, path, before, after, file, what) => {
  expect(found(path, before, after, file)).toEqual([what]);
});

it.each<[string, string, string | null, string | null, Partial<KindFile>]>([
  ["a program about licences", "src/license.ts", "a\n", "b\n", {}],
  ["a part of a page", "src/notice.component.tsx", "a\n", "b\n", {}],
  ["a text about licences", "docs/licensing.md", "a\n", "b\n", {}],
  ["a program that is new", "run.sh", null, "a\n", { newMode: "100755" }],
  ["a program that is none any more", "run.sh", "a\n", "a\n", { oldMode: "100755" }],
  ["a picture", "docs/page.png", null, null, { newMode: "100644", binary: true }],
  ["a binary that is gone", "lib/x.so", null, null, { oldMode: "100644", binary: true }],
  ["a generator", "gen.go", "a\n", `print("x")\n${"\n".repeat(30)}${header}`, {}],
  ["a generated file that is new", "api.pb.go", null, `${header}a\n`, {}],
  ["a new migration", "db/migrate/002_b.rb", null, "a\n", {}],
  ["a page on migrations", "docs/migrations.md", "a\n", "b\n", {}],
])("%s is no such change", (_, path, before, after, file) => {
  expect(found(path, before, after, file)).toEqual([]);
});

describe("policy", () => {
  const kinds = kindsIn({
    path: "LICENSE",
    oldMode: "100644",
    newMode: "100644",
    binary: false,
    before: "a",
    after: "b",
  });
  const file = {
    path: "LICENSE",
    status: "M",
    oldMode: "100644",
    newMode: "100644",
    additions: 1,
    deletions: 1,
    kinds,
  };
  const change = { files: [file], problems: [], patchId: "" };
  const judged = (licences: "allow" | "ask" | "deny") => risksOf(change, { protectedPaths: [], changes: { licences } });

  it("lets a kind pass, has a person asked, or denies it whatever a person says", () => {
    expect(judged("allow")).toEqual({ risks: [], grantable: true });
    expect(judged("ask")).toMatchObject({ grantable: true, risks: [{ title: "Changes a licence", path: "LICENSE" }] });
    expect(judged("deny")).toMatchObject({
      grantable: false,
      risks: [{ detail: expect.stringContaining("denies this") }],
    });
  });

  it("holds any change at all, or denies it, and none that changes nothing", () => {
    const of = (any: "allow" | "ask" | "deny", files = change.files) =>
      risksOf({ ...change, files }, { protectedPaths: [], changes: { any } });
    expect(of("allow")).toEqual({ risks: [], grantable: true });
    expect(of("ask")).toMatchObject({ grantable: true, risks: [{ title: "Waits to be pushed", path: null }] });
    expect(of("deny")).toMatchObject({ grantable: false, risks: [{ title: "Waits to be pushed" }] });
    expect(of("ask", [])).toEqual({ risks: [], grantable: true });
  });

  it("denies files by their paths, beside what is only protected", () => {
    const rules = { protectedPaths: ["LICENSE"], deniedPaths: ["LIC*"] };
    expect(risksOf(change, rules)).toMatchObject({ grantable: false, risks: [{ title: "Changes a denied file" }, {}] });
    expect(risksOf(change, { ...rules, deniedPaths: ["src"] })).toMatchObject({ grantable: true, risks: [{}] });
  });
});

it.each([
  ["sparse+https://index.crates.io/", 0],
  ["registry+https://github.com/rust-lang/crates.io-index", 0],
  ["https://GitHub.com/rust-lang/crates.io-index", 0],
  ["https://github.com/rust-lang/crates.io-index-2", 1],
  ["https://github.com/rust-lang/crates.io-index/../../else/where", 1],
  ["https://index.crates.io@else.example/", 1],
  ["https://index.crates.io.else.example/", 1],
  ["http://index.crates.io/", 1],
])("takes %s for %i new place", (source, places) => {
  expect(sourcesIn("Cargo.lock", `[[package]]\nname = "one"\nsource = "${source}"\n`)).toHaveLength(places);
});

it("T8: a manifest of two million empty lines takes little more memory than its text", () => {
  const module = new URL("../../src/policy/kinds.ts", import.meta.url).href;
  const file = { path: "package.json", oldMode: "000000", newMode: "100644", binary: false, before: null };
  const code = `
    const { kindsIn } = await import(${JSON.stringify(module)});
    const after = '"dependencies": {\\n' + "\\n".repeat(2_000_000) + '"left-pad": "1.0.0"';
    console.log(kindsIn({ ...${JSON.stringify(file)}, after }).map(({ what }) => what).join());`;
  const options = ["--max-old-space-size=100", "--input-type=module", "-e", code];
  expect(execFileSync(process.execPath, options, { encoding: "utf8", stdio: "pipe" })).toBe("left-pad\n");
});
