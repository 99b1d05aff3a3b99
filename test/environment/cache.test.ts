// The cache of set-ups: copies that nothing leads back from, entries that are whole or not there, and the bound on the disk.
import { execFileSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { setUpCache } from "../../src/environment/cache.ts";
import { keyOf } from "../../src/environment/key.ts";
import { keyFiles } from "../../src/environment/lockfiles.ts";

const key = (letter: string) => letter.repeat(64);
let dir: string;
let work: string;

beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), "set-up-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  dir = made;
  work = join(dir, "work");
  mkdirSync(join(work, "deps/bin"), { recursive: true });
  writeFileSync(join(work, "deps/a"), "one");
  writeFileSync(join(work, "deps/bin/tool"), "#!/bin/sh\n", { mode: 0o755 });
});

const open = (mostBytes = 1e9) => setUpCache({ root: join(dir, "cache"), mostBytes });
const left = (ignored = ["deps"]) => ({ workspace: work, ignored, holders: [], tookMs: 5, changed: [], strays: [] });
function into(name: string): string {
  mkdirSync(join(dir, name));
  return join(dir, name);
}

describe("an entry", () => {
  test("is given as a copy: writing to it, or to where it was made, shows nowhere else", async () => {
    const cache = open();
    const note = await cache.keep(key("a"), left());
    writeFileSync(join(work, "deps/a"), "changed at its source");
    const [first, second] = [into("first"), into("second")];
    expect(await cache.give(key("a"), note, first)).toBe(true);
    expect(readFileSync(join(first, "deps/a"), "utf8")).toBe("one");
    writeFileSync(join(first, "deps/a"), "two");
    expect(await cache.give(key("a"), note, second)).toBe(true);
    expect(readFileSync(join(second, "deps/a"), "utf8")).toBe("one");
    expect(statSync(join(second, "deps/bin/tool")).mode & 0o777).toBe(0o755);
  });

  test("holds links as links: none is followed, neither when it is kept nor when it is given", async () => {
    writeFileSync(join(dir, "secret"), "of the host");
    symlinkSync(join(dir, "secret"), join(work, "deps/out"));
    linkSync(join(work, "deps/a"), join(work, "deps/hard"));
    const cache = open();
    const note = await cache.keep(key("a"), left());
    const given = into("given");
    await cache.give(key("a"), note, given);
    expect(readFileSync(join(given, "deps/out"), "utf8")).toBe("of the host"); // control: it leads there still
    rmSync(join(dir, "secret"));
    expect(existsSync(join(given, "deps/out"))).toBe(false); // so nothing was copied through it
    writeFileSync(join(given, "deps/hard"), "two");
    expect(readFileSync(join(given, "deps/a"), "utf8")).toBe("one");
  });

  test("is never written through a link or over what stands in the workspace", async () => {
    mkdirSync(join(work, "app/deps"), { recursive: true });
    writeFileSync(join(work, "app/deps/x"), "x");
    const cache = open();
    const note = await cache.keep(key("a"), left(["app/deps", "deps"]));
    const [given, outside] = [into("given"), into("outside")];
    symlinkSync(outside, join(given, "app"));
    symlinkSync(outside, join(given, "deps"));
    expect(await cache.give(key("a"), note, given)).toBe(true);
    expect(readdirSync(outside)).toEqual([]);
    const control = into("control");
    mkdirSync(join(control, "app"));
    await cache.give(key("a"), note, control);
    expect(readdirSync(control).sort()).toEqual(["app", "deps"]);
    expect(readdirSync(join(control, "app/deps"))).toEqual(["x"]);
  });

  test("leaves out what is no file, and the bits by which a program runs as somebody else", async () => {
    execFileSync("sh", ["-c", `mkfifo "${join(work, "deps/pipe")}"`]);
    execFileSync("chmod", ["6755", join(work, "deps/bin/tool")]);
    const cache = open();
    const note = await cache.keep(key("a"), left());
    const given = into("given");
    await cache.give(key("a"), note, given);
    expect(existsSync(join(given, "deps/pipe"))).toBe(false);
    expect(statSync(join(given, "deps/bin/tool")).mode & 0o7777).toBe(0o755);
  });

  test("that was changed, or is of another version, is found out and not given", async () => {
    const cache = open();
    const note = await cache.keep(key("a"), left());
    writeFileSync(join(dir, "cache", key("a"), "tree/deps/a"), "longer than before");
    expect(await cache.give(key("a"), note, into("given"))).toBe(false);
    expect(await cache.find(key("a"))).toBeNull();
    await cache.keep(key("b"), left());
    writeFileSync(join(dir, "cache", key("b"), "note.json"), JSON.stringify({ ...note, key: key("b"), version: 0 }));
    expect(await cache.find(key("b"))).toBeNull();
    const moved = await cache.keep(key("c"), left());
    writeFileSync(join(dir, "cache", key("c"), "note.json"), JSON.stringify({ ...moved, key: key("d") }));
    expect(await cache.find(key("c"))).toBeNull();
  });

  test("that could not be made whole is not there at all, and what was left half made goes", async () => {
    const cache = open();
    await expect(cache.keep(key("a"), left(["deps", "gone"]))).rejects.toThrow();
    expect(readdirSync(join(dir, "cache"))).toEqual([]);
    await cache.aside();
    expect(readdirSync(join(dir, "cache"))).toHaveLength(1);
    await open().clear();
    expect(readdirSync(join(dir, "cache"))).toEqual([]);
  });
});

test("beyond the bound the one used longest ago goes first, and one that was given lately stays", async () => {
  writeFileSync(join(work, "deps/a"), "x".repeat(1000));
  const cache = open(2500);
  const first = await cache.keep(key("a"), left());
  await cache.keep(key("b"), left());
  for (const one of ["a", "b"]) utimesSync(join(dir, "cache", key(one), "note.json"), 1000, one === "a" ? 1000 : 2000);
  await cache.give(key("a"), first, into("given"));
  await cache.keep(key("c"), left());
  expect(readdirSync(join(dir, "cache")).sort()).toEqual([key("a"), key("c")]);
});

describe("an entry that is lent", () => {
  test("is shown where it is, its files those of the user whose run left them", async () => {
    const cache = setUpCache({ root: join(dir, "cache"), mostBytes: 1e9 });
    if (process.getuid?.() === 0) chownSync(work, 60_600, 60_600);
    const note = await cache.keep(key("a"), left());
    const owners = ["", "deps", "deps/a"].map((path) => lstatSync(join(cache.folderOf(key("a")), path)).uid);
    expect(owners).toEqual(Array(3).fill(lstatSync(work).uid));
    const [first, second] = [into("first"), into("second")];
    for (const one of [first, second]) {
      const folder = await cache.lend(key("a"), note, one);
      expect(folder).toBe(cache.folderOf(key("a")));
      expect(readFileSync(join(String(folder), "deps/a"), "utf8")).toBe("one");
    }
    expect(readdirSync(first)).toEqual([]);
  });

  test("stays while a workspace stands on it, also for a process that did not lend it, and goes after that", async () => {
    writeFileSync(join(work, "deps/a"), "x".repeat(1000));
    const cache = open(1500);
    const note = await cache.keep(key("a"), left());
    const workspace = into("workspace");
    await cache.lend(key("a"), note, workspace);
    const later = open(1500);
    await later.clear();
    await later.keep(key("b"), left());
    expect(await later.find(key("a"))).not.toBeNull();
    rmSync(workspace, { recursive: true });
    utimesSync(join(dir, "cache", key("a"), "note.json"), 1000, 1000);
    await later.keep(key("c"), left());
    expect(await later.find(key("a"))).toBeNull();
    expect(readdirSync(join(dir, "cache/held"))).toEqual([]);
  });

  test("that is made anew, or found to be damaged, leaves the old files to who stands on them until they are gone", async () => {
    const cache = open();
    const note = await cache.keep(key("a"), left());
    const workspace = into("workspace");
    await cache.lend(key("a"), note, workspace);
    await cache.keep(key("a"), left());
    const gone = () => readdirSync(join(dir, "cache")).filter((name) => name.startsWith(".gone-"));
    expect(gone()).toHaveLength(1);
    expect(readFileSync(join(dir, "cache", gone()[0] ?? "", "tree/deps/a"), "utf8")).toBe("one");
    await open().clear();
    expect(gone()).toHaveLength(1);
    rmSync(workspace, { recursive: true });
    await open().clear();
    expect(gone()).toEqual([]);
  });

  test("is looked through once by each process, and one that was changed meanwhile is lent to nobody", async () => {
    const note = await open().keep(key("a"), left());
    writeFileSync(join(dir, "cache", key("a"), "tree/deps/a"), "longer than before");
    const cache = open();
    expect(await cache.lend(key("a"), note, into("given"))).toBe(false);
    expect(await cache.find(key("a"))).toBeNull();
  });

  test("is not shown where a copy would leave something out: over what stands there, behind a link, in a folder that is not there", async () => {
    mkdirSync(join(work, "app/deps"), { recursive: true });
    writeFileSync(join(work, "app/deps/x"), "x");
    const cache = open();
    const note = await cache.keep(key("a"), left(["app/deps", "deps"]));
    const [taken, linked, missing, fits] = [into("taken"), into("linked"), into("missing"), into("fits")];
    for (const one of [taken, fits]) mkdirSync(join(one, "app"));
    writeFileSync(join(taken, "deps"), "tracked here");
    symlinkSync(dir, join(linked, "app"));
    for (const one of [taken, linked, missing]) expect(await cache.lend(key("a"), note, one)).toBeNull();
    expect(await cache.lend(key("a"), note, fits)).toBe(cache.folderOf(key("a")));
  });
});

describe("the key", () => {
  const source = {
    repositoryId: 1,
    image: "sha256:1",
    commands: ["npm ci"],
    variables: { A: "1", B: "2" },
    files: [{ path: "package-lock.json", id: "1" }],
    tree: null,
    platform: "linux-x64",
    packages: null,
  };

  test("is another one for whatever the result depends on, the repository first", () => {
    const changes = [
      { repositoryId: 2 },
      { image: "sha256:2" },
      { commands: ["npm", "ci"] },
      { commands: ["npm ci", ""] },
      { variables: { A: "1" } },
      { files: [{ path: "package-lock.json", id: "2" }] },
      { files: [{ path: "yarn.lock", id: "1" }] },
      { tree: "1" },
      { platform: "linux-arm64" },
      { packages: { deny: [] } },
      { packages: { deny: ["left-pad"] } },
    ];
    const keys = [source, ...changes.map((change) => ({ ...source, ...change }))].map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf({ ...source, variables: { B: "2", A: "1" } })).toBe(keyOf(source));
  });

  test("is made of the lockfiles in every folder, or of the files that policy names", () => {
    const paths = ["README.md", "package-lock.json", "web/pnpm-lock.yaml", "go.sum", "src/Cargo.lock.ts", "ours.txt"];
    expect(keyFiles(paths, [])).toEqual(["go.sum", "package-lock.json", "web/pnpm-lock.yaml"]);
    expect(keyFiles(paths, ["ours.txt", "not-there"])).toEqual(["ours.txt"]);
  });

  test("what says which dependencies there are counts too where no lockfile does: requirements, manifests, versions of tools", () => {
    const always = [".npmrc", ".python-version", "a/requirements/dev.txt", "mise.toml", "patches/left+1.0.0.patch"];
    const more = ["deno.lock", "pnpm-workspace.yaml", "requirements-dev.txt", "rust-toolchain.toml"];
    expect(keyFiles([...more, ...always, "docs/notes.txt"], [])).toEqual([...always, ...more].sort());
    const loose = ["package.json", "py/pyproject.toml", "rust/Cargo.toml"];
    expect(keyFiles(loose, [])).toEqual(loose);
    const locked = ["pnpm-lock.yaml", "packages/a/package.json", "py/pyproject.toml", "uv.lock", "docs/package.json"];
    expect(keyFiles(locked, [])).toEqual(["pnpm-lock.yaml", "uv.lock"]);
    expect(keyFiles(["web/package-lock.json", "web/package.json", "api/package.json"], [])).toEqual([
      "api/package.json",
      "web/package-lock.json",
    ]);
  });

  test("where there are more than are looked at, those nearest the root are", () => {
    const examples = Array.from({ length: 300 }, (_, n) => `examples/${n}/package-lock.json`);
    const files = keyFiles([...examples, "pnpm-lock.yaml"], []);
    expect(files).toHaveLength(200);
    expect(files).toContain("pnpm-lock.yaml");
  });
});
