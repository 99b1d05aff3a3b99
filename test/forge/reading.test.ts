// What the forge reads and writes of git's files by itself is what git reads and writes.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { countCommits, isAncestor, mergeBase } from "../../src/forge/git/ancestry.ts";
import { log, looseCommit, readCommit } from "../../src/forge/git/commits.ts";
import { objectAt } from "../../src/forge/git/expression.ts";
import { changedFiles } from "../../src/forge/git/history.ts";
import { mergeTree } from "../../src/forge/git/merging.ts";
import { readObject, writeObject } from "../../src/forge/git/objects.ts";
import { resolveCommit } from "../../src/forge/git/read.ts";
import { listRefs } from "../../src/forge/git/refs.ts";
import { initBare, writeBlob, writeCommit } from "../../src/forge/git/store.ts";
import { writeTree } from "../../src/forge/git/trees.ts";

const someone = { name: "Ada Ünal-O'Neil", email: "ada@example.org", at: 1_700_000_000_000 };

async function aRepository() {
  const dir = mkdtempSync(join(tmpdir(), "forge-reading-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  await initBare(dir, "main");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "safe.directory=*", "-C", dir, ...args], { encoding: "utf8" }).trimEnd();
  const commit = async (files: Record<string, string>, parents: string[] = [], message = "A change\n") => {
    const written = Object.entries(files).map(async ([path, text]) => ({
      path,
      mode: path.endsWith(".sh") ? ("100755" as const) : ("100644" as const),
      blob: await writeBlob(dir, Buffer.from(text)),
    }));
    const tree = await writeTree(dir, await Promise.all(written));
    return writeCommit(dir, { tree, parents, message, author: someone });
  };
  return { dir, git, commit };
}

test("trees are written in git's order, with folders among files, and git finds nothing wrong with them", async () => {
  const { git, commit } = await aRepository();
  const names = ["a.sh", "a/b", "a-b", "a0", "z/y/x", "é/ü.txt", "a.txt"];
  const sha = await commit(Object.fromEntries(names.map((name) => [name, `of ${name}\n`])));
  git("update-ref", "refs/heads/main", sha);
  expect(git("fsck", "--strict", "--full")).toBe("");
  expect(git("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", sha).split("\n").sort()).toEqual(
    [...names].sort(),
  );
  expect(git("ls-tree", sha, "a.sh")).toMatch(/^100755 /);
});

test("an object is the same whether git or the forge writes it, and is read loose as from a pack", async () => {
  const { dir, git, commit } = await aRepository();
  const sha = await commit({ "a/b.txt": "one\n" });
  git("update-ref", "refs/heads/main", sha);
  const bytes = Buffer.from([0, 1, 2, 255, 10]);
  const id = await writeObject(dir, "blob", bytes);
  expect(execFileSync("git", ["hash-object", "--stdin"], { input: bytes, encoding: "utf8" }).trim()).toBe(id);
  const [loose, ofCommit] = [await readObject(dir, id), await readObject(dir, sha)];
  expect(loose).toEqual({ type: "blob", body: bytes });
  git("repack", "-a", "-d", "-q");
  expect(await looseCommit(dir, sha)).toBeUndefined();
  expect(await readObject(dir, sha)).toEqual(ofCommit);
  expect(await readObject(dir, "f".repeat(40))).toBeUndefined();
});

test.each([
  ["plain", "Say it\n\nWith a body.\n"],
  ["without an end", "Say it"],
  ["empty", ""],
  ["of many lines", "\n\nFirst\n\n\nLast\n\n\n"],
])("a commit is read as `git log` tells it: a message %s", async (_, message) => {
  const { dir, git, commit } = await aRepository();
  const root = await commit({ a: "1\n" });
  const sha = await commit({ a: "2\n" }, [root], message);
  const loose = await looseCommit(dir, sha);
  expect(loose?.message).toBe(git("log", "-1", "--format=%B", sha));
  expect(loose).toEqual((await log(dir, ["-n", "1", sha, "--"]))[0]);
  expect(loose?.author).toEqual({ name: someone.name, email: someone.email, date: "2023-11-14T22:13:20Z" });
});

test("what only git can read of a commit is left to it: another encoding, and a line that is none", async () => {
  const { dir, commit } = await aRepository();
  const root = await commit({ a: "1\n" });
  const body = (await readObject(dir, root))?.body.toString("latin1") ?? "";
  const latin = Buffer.from(body.replace("\n\n", "\nencoding ISO-8859-1\n\n").replace("A change", "Größe"), "latin1");
  const encoded = await writeObject(dir, "commit", latin);
  expect(await looseCommit(dir, encoded)).toBeUndefined();
  expect((await readCommit(dir, encoded))?.message).toBe("Größe");
  const odd = await writeObject(dir, "commit", Buffer.from(body.replace(/^author .*$/m, "author nobody"), "latin1"));
  expect(await looseCommit(dir, odd)).toBeUndefined();
});

test("refs are read as git lists them: loose, packed, and moved since they were packed; locks are none", async () => {
  const { dir, git, commit } = await aRepository();
  const [one, two] = [await commit({ a: "1\n" }), await commit({ a: "2\n" })];
  for (const name of ["heads/main", "heads/loop/1", "heads/loop-2", "tags/v1"]) git("update-ref", `refs/${name}`, one);
  git("-c", "user.name=a", "-c", "user.email=a@b", "tag", "-a", "-m", "Two", "v2", two);
  const listed = () =>
    new Map(
      git("for-each-ref", "--format=%(refname) %(objectname)")
        .split("\n")
        .map((line) => line.split(" ") as [string, string]),
    );
  expect([...(await listRefs(dir))]).toEqual([...listed()]);
  git("pack-refs", "--all");
  git("update-ref", "refs/heads/main", two);
  git("update-ref", "-d", "refs/tags/v1");
  await writeObject(dir, "blob", Buffer.from("x"));
  expect([...(await listRefs(dir))]).toEqual([...listed()]);
  expect((await listRefs(dir)).get("refs/heads/main")).toBe(two);
  expect(await resolveCommit(dir, "v2")).toBe(two);
  expect(await resolveCommit(dir, "main~1")).toBeUndefined();
});

test("who descends from whom, and where two branches left each other, is as git says", async () => {
  const { dir, git, commit } = await aRepository();
  const root = await commit({ a: "0\n" });
  const tree = git("rev-parse", `${root}^{tree}`);
  const on = (parents: string[], message: string) => {
    const lines = [
      `tree ${tree}`,
      ...parents.map((sha) => `parent ${sha}`),
      "author A <a@b> 1700000001 +0000",
      "committer A <a@b> 1700000001 +0000",
    ];
    return writeObject(dir, "commit", Buffer.from(`${lines.join("\n")}\n\n${message}\n`));
  };
  const [left, right] = [await commit({ a: "0\n", l: "" }, [root]), await commit({ a: "0\n", r: "" }, [root])];
  const [merged, alone] = [await on([left, right], "merged"), await on([], "alone")];
  let long = merged;
  for (let index = 0; index < 70; index++) long = await on([long], `${index}`);
  const all = [root, left, right, merged, alone, long];
  const histories = new Map(all.map((sha) => [sha, git("rev-list", sha).split("\n")]));
  const historyOf = (sha: string) => histories.get(sha) ?? [];
  const pairs = all.flatMap((one) => all.map((other) => [one, other] as const));
  for (const [one, other] of pairs) {
    expect(await isAncestor(dir, one, other)).toBe(historyOf(other).includes(one));
    const missing = historyOf(other).filter((sha) => !historyOf(one).includes(sha));
    expect(await countCommits(dir, one, other)).toBe(missing.length);
  }
  for (const [one, other, base] of [
    [left, right, root],
    [left, merged, left],
    [long, right, right],
    [alone, long, undefined],
  ] as const)
    expect(await mergeBase(dir, one as string, other as string)).toBe(base);
  expect(git("merge-base", left, right)).toBe(root);
  expect(await mergeTree(dir, root, long)).toBe(git("rev-parse", `${long}^{tree}`));
  expect(await mergeTree(dir, left, right)).toBe(git("merge-tree", "--write-tree", left, right));
});

test("one look tells what changed, the lines and the patches: moved, binary, gone, new, and no change at all", async () => {
  const { dir, commit } = await aRepository();
  const long = Array.from({ length: 20 }, (_, line) => `${line}\n`).join("");
  const from = await commit({ "old ü.txt": long, gone: "x\n", bin: "a\0b", kept: "same\n" });
  const to = await commit({ "new\tname": `${long}more\n`, bin: "a\0c", kept: "same\n", "d/added": "1\n2\n" }, [from]);
  const files = await changedFiles(dir, from, to);
  expect(
    files.map(({ path, previousPath, status, additions, deletions }) => [
      path,
      previousPath,
      status,
      additions,
      deletions,
    ]),
  ).toEqual([
    ["bin", null, "modified", 0, 0],
    ["d/added", null, "added", 2, 0],
    ["gone", null, "removed", 0, 1],
    ["new\tname", "old ü.txt", "renamed", 1, 0],
  ]);
  expect(files.map(({ patch }) => patch?.split("\n").at(-1))).toEqual([undefined, "+2", "-x", "+more"]);
  expect(await changedFiles(dir, to, to)).toEqual([]);
});

test("an expression names what git says it names", async () => {
  const { dir, git, commit } = await aRepository();
  const sha = await commit({ ".github/loop.yml": "version: 1\n", "a b": "1\n" });
  expect(await objectAt(dir, "HEAD:a b")).toBeUndefined(); // HEAD has no commit yet
  git("update-ref", "refs/heads/main", sha);
  for (const named of ["HEAD:.github/loop.yml", "HEAD:.github", `${sha}:a b`, "HEAD", "main:a b", "HEAD^{tree}"])
    expect((await objectAt(dir, named))?.id, named).toBe(git("rev-parse", named));
  for (const named of [
    "HEAD:none",
    "HEAD:.github/none",
    "HEAD:a b/c",
    "HEAD:./a b",
    "nothing",
    `${"f".repeat(40)}:a b`,
  ])
    expect(await objectAt(dir, named), named).toBeUndefined();
});
