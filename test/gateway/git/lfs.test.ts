// Files that the repository keeps in Git LFS: pointers whose content exists pass, anything else does not leave the quarantine.
import { expect, test } from "vitest";
import { judge } from "../../../src/gateway/git/judge.ts";
import { anOrigin, commit, scratch, type Tree, treeOf } from "./world.ts";

const pointer = (oid: string, size = 12345) =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${oid.repeat(32)}\nsize ${size}\n`;
const known = pointer("4d");
const attributes = "*.png filter=lfs diff=lfs merge=lfs -text\n";
const before: Tree = { ".gitattributes": attributes, "logo.png": known, "README.md": "hello\n" };

async function problemsOf(after: Tree): Promise<string[]> {
  const { dir, base } = anOrigin(scratch());
  const at = (tree: Tree, parent: string) =>
    commit(dir, { tree: treeOf(dir, tree), parents: [parent], message: "Work" });
  const from = at(before, base);
  const { problems } = await judge({ gitDir: dir, base: from, head: at(after, from) });
  return problems.map(({ name, path }) => `${name} ${path}`);
}

test.each<[string, Tree, string[]]>([
  ["content in place of a pointer", { ...before, "logo.png": "\u0089PNG raw" }, ["lfs_raw_content logo.png"]],
  ["new content below a folder", { ...before, img: { "a b.png": "raw" } }, ["lfs_raw_content img/a b.png"]],
  ["a pointer to what nobody has", { ...before, "logo.png": pointer("aa") }, ["lfs_missing_object logo.png"]],
  ["a known content with another size", { ...before, "logo.png": pointer("4d", 9) }, ["lfs_missing_object logo.png"]],
  ["a known pointer under another name", { ...before, "copy.png": known }, []],
  ["a file that goes", { ".gitattributes": attributes, "README.md": "hello\n" }, []],
  ["files that are not kept in LFS", { ...before, "README.md": "raw\n", "a.gif": "raw" }, []],
  ["a path that joins LFS as it was", { ...before, ".gitattributes": `${attributes}*.md filter=lfs\n` }, []],
  [
    "attributes of a folder's own",
    { ...before, sub: { ".gitattributes": "*.bin filter=lfs\n", "x.bin": "raw" } },
    ["lfs_raw_content sub/x.bin"],
  ],
])("%s", async (_, after, expected) => {
  expect(await problemsOf(after)).toEqual(expected);
});

test("a repository without LFS is asked nothing of it", async () => {
  const { dir, base } = anOrigin(scratch());
  const head = commit(dir, { tree: treeOf(dir, { "logo.png": "raw" }), parents: [base], message: "Work" });
  expect((await judge({ gitDir: dir, base, head })).problems).toEqual([]);
});
