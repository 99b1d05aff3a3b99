// The shared object store and the quarantines that borrow from it: fetched once, rebuilt when damaged, found again.
import { chmodSync, existsSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fetchBase, reportDamage } from "../../../src/gateway/git/objects.ts";
import {
  branchHead,
  fetchBranch,
  findQuarantine,
  openQuarantine,
  removeQuarantine,
} from "../../../src/gateway/git/quarantine.ts";
import { aRemote } from "./remote.ts";
import { aQuarantine, branch, ownRef } from "./run-world.ts";
import { anOrigin, commit, git, type Origin, scratch, treeOf } from "./world.ts";

const token = "ghs_store-token";

async function aStore() {
  const root = scratch();
  const origin = anOrigin(root);
  const remote = await aRemote(origin.dir, token);
  const request = { storeRoot: join(root, "objects"), repositoryId: 11, url: remote.url, token, branch: "main" };
  return { root, origin, remote, request };
}

function advance({ dir }: Origin, text: string, { parent = git(dir, ["rev-parse", "main"]) } = {}): string {
  const head = commit(dir, { tree: treeOf(dir, { "a.txt": text }), parents: [parent], message: text });
  git(dir, ["update-ref", "refs/heads/main", head]);
  return head;
}

test("the base is fetched with the token, and found without a request when it is there", async () => {
  const { request, origin, remote } = await aStore();
  const store = await fetchBase(request);
  expect(store.base).toEqual({ branch: "main", sha: origin.base });
  expect(store.objectsDir).toBe(join(request.storeRoot, "11.git", "objects"));
  const before = remote.requests.length;
  expect((await fetchBase({ ...request, sha: origin.base })).base.sha).toBe(origin.base);
  expect(remote.requests.length).toBe(before);
  const next = advance(origin, "next\n");
  expect((await fetchBase(request)).base.sha).toBe(next);
});

test("I23 T20: loop branches and tags never enter the store", async () => {
  const { request, origin } = await aStore();
  const theirs = commit(origin.dir, { tree: treeOf(origin.dir, { s: "secret\n" }), parents: [origin.base] });
  git(origin.dir, ["update-ref", "refs/heads/loop/1-x", theirs]);
  git(origin.dir, ["update-ref", "refs/tags/v1", theirs]);
  const { gitDir } = await fetchBase(request);
  const all = git(gitDir, ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
  expect(all).toContain(origin.base);
  expect(all).not.toContain(theirs);
});

test("many loops that start together share one store and all get the base", async () => {
  const { request, origin } = await aStore();
  const stores = await Promise.all(Array.from({ length: 6 }, () => fetchBase(request)));
  expect(new Set(stores.map((store) => store.base.sha))).toEqual(new Set([origin.base]));
  expect(readdirSync(request.storeRoot)).toEqual(["11.git"]);
});

test("F45: a base that was rewritten away is still served while the store or GitHub has it", async () => {
  const { request, origin } = await aStore();
  const old = advance(origin, "old\n");
  await fetchBase(request);
  const rewritten = advance(origin, "new\n", { parent: origin.base });
  expect((await fetchBase(request)).base.sha).toBe(rewritten);
  expect((await fetchBase({ ...request, sha: old })).base.sha).toBe(old);
});

test("F45: a base that nobody has any more is a fault that says so", async () => {
  const { request } = await aStore();
  await expect(fetchBase({ ...request, sha: "4".repeat(40) })).rejects.toMatchObject({
    name: "Fault",
    kind: "conflict",
    message: expect.stringContaining("was rewritten without it"),
  });
});

test("a wrong token is forbidden, and a repository without the branch is not found", async () => {
  const { request } = await aStore();
  await expect(fetchBase({ ...request, token: "wrong" })).rejects.toMatchObject({ kind: "forbidden", retry: "never" });
  await expect(fetchBase({ ...request, branch: "trunk" })).rejects.toMatchObject({ kind: "not_found" });
  await expect(fetchBase({ ...request, url: "ext::sh -c true" })).rejects.toMatchObject({ kind: "refused" });
});

test.each([
  ["packs are cut short", (store: string) => damage(join(store, "objects"))],
  ["objects are gone", (store: string) => rmSync(join(store, "objects"), { recursive: true })],
  ["ref is overwritten", (store: string) => writeFileSync(join(store, "refs/loopgate/base"), "garbage\n")],
  ["ref names nothing", (store: string) => writeFileSync(join(store, "refs/loopgate/base"), `${"5".repeat(40)}\n`)],
  ["packed refs are overwritten", (store: string) => writeFileSync(join(store, "packed-refs"), "garbage\n")],
  ["configuration is overwritten", (store: string) => writeFileSync(join(store, "config"), "garbage\n")],
  ["HEAD is empty", (store: string) => truncateSync(join(store, "HEAD"))],
])("F47: a store whose %s is made whole at the same place", async (_, breakIt) => {
  const { request, origin } = await aStore();
  const { gitDir, objectsDir } = await fetchBase(request);
  breakIt(gitDir);
  const next = advance(origin, "next\n");
  const store = await fetchBase(request);
  expect(store).toMatchObject({ gitDir, objectsDir, base: { sha: next } });
  expect(git(gitDir, ["fsck", "--full"])).toBe("");
  expect(git(gitDir, ["log", "--format=%s", store.base.sha])).toBe("next\nBegin");
  expect(readdirSync(request.storeRoot)).toEqual(["11.git"]);
});

test.each<[string, (dir: string, base: string) => string]>([
  [
    "a date with a zero in front",
    (dir, base) => {
      const who = "A <a@example.com> 0123456789 +0000";
      const text = `tree ${treeOf(dir, { a: "y" })}\nparent ${base}\nauthor ${who}\ncommitter ${who}\n\nOld\n`;
      return git(dir, ["hash-object", "-t", "commit", "-w", "--stdin", "--literally"], text);
    },
  ],
  [
    "a line of attributes that git leaves out for its length",
    (dir, base) => {
      const tree = treeOf(dir, { ".gitattributes": `*.x ${"a".repeat(3000)}\n` });
      return commit(dir, { tree, parents: [base], message: "Old" });
    },
  ],
])("a history with %s is taken as GitHub serves it", async (_, make) => {
  const origin = anOrigin(scratch());
  const old = make(origin.dir, origin.base);
  const head = commit(origin.dir, { tree: treeOf(origin.dir, { a: "z" }), parents: [old], message: "New" });
  git(origin.dir, ["update-ref", "refs/heads/main", head]);
  const store = await fetchBase({ storeRoot: scratch(), repositoryId: 5, url: origin.url, branch: "main" });
  expect(store.base.sha).toBe(head);
});

test("a history in which an old tree names a file twice is taken as GitHub serves it", async () => {
  const { request, origin } = await aStore();
  const blob = git(origin.dir, ["hash-object", "-w", "--stdin"], "x\n");
  const entry = Buffer.concat([Buffer.from("100644 a.txt\0"), Buffer.from(blob, "hex")]);
  const twice = ["hash-object", "-t", "tree", "-w", "--stdin", "--literally"];
  const tree = git(origin.dir, twice, Buffer.concat([entry, entry]));
  const old = commit(origin.dir, { tree, parents: [origin.base], message: "Old and odd" });
  const mended = treeOf(origin.dir, { "a.txt": "y\n" });
  const head = commit(origin.dir, { tree: mended, parents: [old], message: "Mended long ago" });
  git(origin.dir, ["update-ref", "refs/heads/main", head]);
  expect((await fetchBase(request)).base.sha).toBe(head);
});

test("F47: a store reported as damaged is rebuilt although its commit can be found", async () => {
  const { request, origin, remote } = await aStore();
  const { objectsDir } = await fetchBase(request);
  await reportDamage(objectsDir);
  const before = remote.requests.length;
  expect((await fetchBase({ ...request, sha: origin.base })).base.sha).toBe(origin.base);
  expect(remote.requests.length).toBeGreaterThan(before);
  const quiet = remote.requests.length;
  await fetchBase({ ...request, sha: origin.base });
  expect(remote.requests.length).toBe(quiet);
});

test("containers can read the store whatever the App's umask, and nobody else can write it", async () => {
  const { request } = await aStore();
  const before = process.umask(0o077);
  const { objectsDir } = await fetchBase(request).finally(() => process.umask(before));
  const modes = readdirSync(objectsDir, { recursive: true }).map(
    (name) => statSync(join(objectsDir, String(name))).mode,
  );
  expect(modes.length).toBeGreaterThan(3);
  expect(modes.every((mode) => (mode & 0o004) !== 0 && (mode & 0o002) === 0)).toBe(true);
});

test("a quarantine is found again by its run id, with what was pushed, and removed for good", async () => {
  const { quarantine, root } = await aQuarantine();
  const at = join(root, "quarantine");
  const { gitDir, ...request } = quarantine;
  const head = commit(gitDir, { tree: treeOf(gitDir, { a: "a" }), parents: [quarantine.base.sha] });
  git(gitDir, ["update-ref", ownRef, head]);
  expect(await findQuarantine(at, "run-1")).toEqual(quarantine);
  expect(await openQuarantine({ root: at, ...request })).toEqual(quarantine);
  expect(await branchHead(quarantine)).toBe(head);
  expect(await findQuarantine(at, "run-2")).toBe(null);
  await removeQuarantine(at, "run-1");
  await removeQuarantine(at, "run-1");
  expect(await findQuarantine(at, "run-1")).toBe(null);
  await expect(openQuarantine({ root: at, ...request, runId: "../x" })).rejects.toThrow();
});

test("the loop's branch is fetched from the remote as it is now, a person's commits included", async () => {
  const { quarantine, origin, root } = await aQuarantine();
  const remote = await aRemote(origin.dir, token);
  expect(await fetchBranch(quarantine, { url: remote.url, token })).toBe(null);
  const theirs = commit(origin.dir, { tree: treeOf(origin.dir, { p: "p" }), parents: [origin.base] });
  git(origin.dir, ["update-ref", ownRef, theirs]);
  expect(await fetchBranch(quarantine, { url: remote.url, token })).toBe(theirs);
  expect(await branchHead(quarantine)).toBe(theirs);
  expect(git(quarantine.gitDir, ["for-each-ref", "--format=%(refname)"])).toBe(`${ownRef}\nrefs/heads/main`);
  expect(existsSync(join(root, "quarantine", "run-1.git", "hooks"))).toBe(false);
  expect(branch).toBe("loop/7-abc");
});

function damage(objectsDir: string): void {
  for (const name of readdirSync(join(objectsDir, "pack"))) {
    const file = join(objectsDir, "pack", name);
    chmodSync(file, 0o644);
    if (name.endsWith(".pack")) truncateSync(file, 40);
    if (name.endsWith(".rev")) rmSync(file);
  }
  for (const name of readdirSync(objectsDir).filter((each) => each.length === 2)) {
    for (const file of readdirSync(join(objectsDir, name))) {
      chmodSync(join(objectsDir, name, file), 0o644);
      truncateSync(join(objectsDir, name, file), 3);
    }
  }
}
