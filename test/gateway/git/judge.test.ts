// Changes as real objects, made by plumbing and judged without a checkout.
import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import type { ChangedFile } from "../../../src/gateway/git/change.ts";
import { type JudgeRequest, judge } from "../../../src/gateway/git/judge.ts";
import { anOrigin, blob, commit, git, type Origin, scratch, type Tree, treeOf } from "./world.ts";

const begin: Tree = {
  "README.md": "hello\n",
  src: { "a.txt": "one\ntwo\nthree\n" },
  bin: { run: { mode: "100755", text: "#!/bin/sh\n" } },
};

/** The judgement on one commit with the origin's tree changed so. */
async function changeOf(changed: Tree, request: Partial<JudgeRequest> = {}, message = "Work\n\nWhy.") {
  const origin = anOrigin(scratch());
  const head = commit(origin.dir, {
    tree: treeOf(origin.dir, { ...begin, ...changed }),
    parents: [origin.base],
    message,
  });
  return judge({ gitDir: origin.dir, base: origin.base, head, ...request });
}

async function problemsOf(changed: Tree, request: Partial<JudgeRequest> = {}, message?: string) {
  return (await changeOf(changed, request, message)).problems.map((problem) => `${problem.name}: ${problem.detail}`);
}

function line(file: ChangedFile): string {
  const { path, status, oldMode, newMode, additions, deletions, bytes, binary } = file;
  return `${status} ${path} ${oldMode}>${newMode} +${additions} -${deletions} ${bytes} bytes${binary ? " binary" : ""}`;
}

function judgeHead({ dir, base }: Origin, head: string, request: Partial<JudgeRequest> = {}) {
  return judge({ gitDir: dir, base, head, ...request });
}

test("a change is described by its files, lines, bytes and modes, and its commits", async () => {
  const change = await changeOf({
    "README.md": { mode: "120000", text: "src/a.txt" },
    src: { "a.txt": "one\n2\nthree\nfour\n", "b.bin": "\0\u0001" },
    bin: {},
    "été.txt": "x\n",
  });
  expect(change.files.map(line)).toEqual([
    "type_changed README.md 100644>120000 +1 -1 9 bytes",
    "deleted bin/run 100755>000000 +0 -1 0 bytes",
    "modified src/a.txt 100644>100644 +2 -1 17 bytes",
    "added src/b.bin 000000>100644 +0 -0 2 bytes binary",
    "added été.txt 000000>100644 +1 -0 2 bytes",
  ]);
  expect(change.commits).toEqual([
    {
      sha: change.head,
      parents: [change.base],
      authorName: "Loop",
      authorEmail: "loop@example.org",
      committerName: "Loop",
      committerEmail: "loop@example.org",
      committedAt: expect.any(Number),
      subject: "Work",
      message: "Work\n\nWhy.",
    },
  ]);
  expect(change.problems.map((each) => each.name)).toEqual([]);
  expect(change.patch).toContain("-two\n+2\n three\n+four\n");
  expect(change.patchCut).toBe(false);
});

test("a file cannot hide its difference behind attributes, filters or an external diff", async () => {
  const change = await changeOf({
    ".gitattributes": "* -diff filter=evil diff=evil\n",
    src: { "a.txt": "one\n2\nthree\n" },
  });
  expect(change.files.find((file) => file.path === "src/a.txt")).toMatchObject({
    additions: 1,
    deletions: 1,
    binary: false,
  });
  expect(change.patch).toContain("-two\n+2\n");
});

test("T10: a submodule, a .gitmodules, an escaping link and a .git folder are each named", async () => {
  const found = await problemsOf({
    vendor: { mode: "160000", id: "3".repeat(40) },
    ".gitmodules": '[submodule "vendor"]\n',
    out: { mode: "120000", text: "../../etc/passwd" },
    ".Git": { config: "x" },
    "a\rb": "x",
  });
  expect(found.sort()).toEqual([
    "gitlink_added: vendor is a submodule",
    "gitmodules_changed: changes .gitmodules",
    "path_control_character: a\\u{d}b hides characters in its name",
    "path_dotgit: .Git/config would be read as a .git folder",
    "symlink_escapes: the link out leads out of the repository",
  ]);
});

test("T10: a problem in the middle of the branch counts although the last commit removes it", async () => {
  const origin = anOrigin(scratch());
  const bad = treeOf(origin.dir, { ...begin, vendor: { mode: "160000", id: "3".repeat(40) } });
  const middle = commit(origin.dir, { tree: bad, parents: [origin.base] });
  const head = commit(origin.dir, { tree: treeOf(origin.dir, begin), parents: [middle] });
  const change = await judgeHead(origin, head);
  expect(change.files).toEqual([]);
  expect(change.touched).toEqual(["vendor"]);
  expect(change.problems.map((each) => each.name)).toEqual(["gitlink_added"]);
});

test("I9: a file, or all files together, over the limit", async () => {
  const big = { "big.txt": "x".repeat(2000), "more.txt": "y".repeat(900) };
  expect(await problemsOf(big, { limits: { fileBytes: 1000 } })).toEqual(["file_too_large: big.txt has 2000 bytes"]);
  expect(await problemsOf(big, { limits: { totalBytes: 2500 } })).toEqual([
    "change_too_large: the changed files have 2900 bytes",
  ]);
  expect(await problemsOf(big)).toEqual([]);
});

test("I9: too many files, too many commits", async () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, "x\n"]));
  expect(await problemsOf(many, { limits: { files: 29 } })).toEqual(["too_many_files: more than 29 files"]);
  const origin = anOrigin(scratch());
  let head = origin.base;
  for (let n = 0; n < 3; n++) head = commit(origin.dir, { tree: treeOf(origin.dir, { a: `${n}` }), parents: [head] });
  expect((await judgeHead(origin, head, { limits: { commits: 2 } })).problems[0]?.name).toBe("too_many_commits");
  expect((await judgeHead(origin, head, { limits: { commits: 3 } })).problems).toEqual([]);
});

test("a head that does not contain the base, and one that joins a foreign history", async () => {
  const origin = anOrigin(scratch());
  const tree = treeOf(origin.dir, begin);
  const stranger = commit(origin.dir, { tree, message: "Elsewhere" });
  const joined = commit(origin.dir, { tree, parents: [origin.base, stranger] });
  expect((await judgeHead(origin, stranger)).problems[0]?.name).toBe("not_descendant_of_base");
  expect((await judgeHead(origin, joined)).problems.map((each) => each.name)).toEqual(["foreign_history"]);
});

test("a forged author is named, but the commits that GitHub already has are not held against the run", async () => {
  const origin = anOrigin(scratch());
  const person = { GIT_AUTHOR_EMAIL: "maintainer@example.org", GIT_COMMITTER_EMAIL: "maintainer@example.org" };
  const theirs = commit(origin.dir, { tree: treeOf(origin.dir, { a: "1" }), parents: [origin.base], env: person });
  const ours = commit(origin.dir, { tree: treeOf(origin.dir, { a: "2" }), parents: [theirs] });
  const author = { email: "loop@example.org" };
  const names = async (published: string | null) =>
    (await judgeHead(origin, ours, { author, published })).problems.map((each) => each.detail);
  expect(await names(theirs)).toEqual([]);
  expect(await names(null)).toEqual([`commit ${theirs.slice(0, 12)} is not by loop@example.org`]);
});

const token = ["gh", "s_", "a1B2".repeat(9)].join("");

test("T6: a secret in an added line, a file name or a commit message is named without being shown", async () => {
  expect(await problemsOf({ "conf.txt": `a=1\ntoken=${token}\n` })).toEqual([
    "secret_found: conf.txt holds what looks like a secret (github)",
  ]);
  const [named] = await problemsOf({ ok: "x" }, {}, `Use ${token}`);
  expect(named).toMatch(/^secret_found: the message of commit [0-9a-f]{12} holds what looks like a secret \(github\)$/);
});

test("T6: a file of made-up keys holds nothing back; a file beside it and a commit message do", async () => {
  const files = { "test/keys/one.txt": `token=${token}\n`, "src/one.txt": `token=${token}\n` };
  expect(await problemsOf(files, { placeholders: ["test/keys/**", "**/*message of commit*"] }, `Use ${token}`)).toEqual(
    [
      "secret_found: src/one.txt holds what looks like a secret (github)",
      expect.stringMatching(/^secret_found: the message of commit [0-9a-f]{12} holds/),
    ],
  );
  expect(await problemsOf(files, { placeholders: ["keys"] })).toEqual([
    "secret_found: src/one.txt holds what looks like a secret (github)",
  ]);
});

/** A commit as these bytes, whatever git would write itself, on a base; the tree is the base's own. */
function rawCommit(origin: Origin, more: string, message: string | Buffer): string {
  const tree = git(origin.dir, ["rev-parse", `${origin.base}^{tree}`]);
  const who = "Loop <loop@example.org> 1790000000 +0000";
  const head = `tree ${tree}\nparent ${origin.base}\nauthor ${who}\ncommitter ${who}\n${more}\n`;
  const bytes = Buffer.concat([Buffer.from(head), Buffer.from(message)]);
  return git(origin.dir, ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], bytes);
}

const utf16 = Buffer.from(`Use ${token}`, "utf16le");
const signature = ["gpgsig -----BEGIN PGP SIGNATURE-----", " ", ` ${token}`, " -----END PGP SIGNATURE-----", ""].join(
  "\n",
);

test.each<[what: string, more: string, message: string | Buffer, expected: readonly string[]]>([
  ["nothing but what git writes", "", "Mend the été\n\nWhy.\n", []],
  ["a secret in a header that nobody knows", `note ${token}\n`, "Mend it\n", ["secret_found", "commit_unusual note"]],
  ["a secret in a signature", signature, "Mend it\n", ["secret_found", "commit_unusual gpgsig"]],
  ["a tag's text that was merged", "mergetag object 1\n type commit\n", "Mend it\n", ["commit_unusual mergetag"]],
  ["another encoding", "encoding UTF-16LE\n", utf16, ["secret_found", "commit_unusual encoding"]],
  ["another encoding that nothing says", "", utf16, ["secret_found", "commit_unusual"]],
  ["bytes that are no UTF-8", "", Buffer.from("Mend \xe9t\xe9\n", "latin1"), ["commit_unusual"]],
  ["a message of a megabyte", "", "x\n".repeat(500_000), ["commit_unusual"]],
])("T6: a commit with %s", async (_, more, message, expected) => {
  const origin = anOrigin(scratch());
  const head = rawCommit(origin, more, message);
  const judged = (request: Partial<JudgeRequest>) => judgeHead(origin, head, request);
  const { problems } = await judged({ author: { email: "loop@example.org" } });
  const named = problems.map(({ name, detail }) => `${name} ${/has the header (\S+),/.exec(detail)?.[1] ?? ""}`.trim());
  expect(named).toEqual(expected);
  expect(JSON.stringify(problems)).not.toContain(token);
  const theirs = await judged({ author: { email: "loop@example.org" }, published: head });
  expect(theirs.problems, "what GitHub has already is not held against the run").toEqual([]);
});

test("T6: a secret that the base already had does not block a change of another line", async () => {
  const origin = anOrigin(scratch());
  const before = commit(origin.dir, { tree: treeOf(origin.dir, { "conf.txt": `token=${token}\nb=1\n` }) });
  const head = commit(origin.dir, {
    tree: treeOf(origin.dir, { "conf.txt": `token=${token}\nb=2\n` }),
    parents: [before],
  });
  expect((await judge({ gitDir: origin.dir, base: before, head })).problems).toEqual([]);
});

test("the patch is cut at its limit and says so", async () => {
  const change = await changeOf({ "long.txt": "line\n".repeat(1000) }, { limits: { patchBytes: 500 } });
  expect(change.patchCut).toBe(true);
  expect(change.patch).toHaveLength(500);
});

test("the hash of a difference ignores white space and place, and sees text, modes and binaries", async () => {
  const hash = async (changed: Tree) => (await changeOf(changed)).diffHash;
  const plain = await hash({ src: { "a.txt": "one\n2 x\nthree\n" } });
  expect(await hash({ src: { "a.txt": "one\n  2   x\nthree\n" } })).toBe(plain);
  expect(await hash({ src: { "a.txt": "one\n3 x\nthree\n" } })).not.toBe(plain);
  const mode = await hash({ "README.md": { mode: "100755", text: "hello\n" } });
  const binary = await Promise.all([hash({ "x.bin": "\0a" }), hash({ "x.bin": "\0b" })]);
  expect(new Set([plain, mode, ...binary, null]).size).toBe(5);
  expect(await hash({})).toBe(null);
});

test("a repository that cannot be read is a fault, not a clean change", async () => {
  const origin = anOrigin(scratch());
  const text = blob(origin.dir, "soon gone\n");
  const tree = treeOf(origin.dir, { "a.txt": { mode: "100644", id: text } });
  const head = commit(origin.dir, { tree, parents: [origin.base] });
  rmSync(`${origin.dir}/objects/${text.slice(0, 2)}/${text.slice(2)}`);
  await expect(judgeHead(origin, head)).rejects.toMatchObject({ name: "Fault" });
});
