// What git would rewrite though nobody changed it stays out of an agent's commits, and what the agent changed is in them.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeWorkspace } from "../../../src/gateway/git/workspace.ts";
import { aQuarantine, identity } from "./run-world.ts";
import { commit, git, type Origin, type Tree, treeOf } from "./world.ts";

const crlf = "one\r\ntwo\r\n";

/** A workspace on a branch with this tree; git looks at every file's content, whatever the index says of its times. */
async function aWorkspace(tree: Tree): Promise<string> {
  const branchAt = ({ dir, base }: Origin) => commit(dir, { tree: treeOf(dir, tree), parents: [base], message: "Odd" });
  const { quarantine, root } = await aQuarantine({ branchAt });
  const dir = join(root, "ws");
  await makeWorkspace({ dir, quarantine, identity });
  const paths = git(dir, ["ls-files", "-z"]).split("\0").filter(Boolean);
  for (const path of paths) writeFileSync(join(dir, path), readFileSync(join(dir, path)));
  return dir;
}

/** What a commit of everything would hold. */
function committed(dir: string): string[] {
  git(dir, ["add", "--all"]);
  return git(dir, ["diff", "--cached", "--name-only", "-z"]).split("\0").filter(Boolean);
}

test.each<[string, Tree]>([
  ["line endings that the attributes would normalise", { ".gitattributes": "*.txt text\n", "notes.txt": crlf }],
  [
    "names with blanks, brackets, stars and quotes",
    { ".gitattributes": "* text\n", "a [b]*.txt": crlf, "c d.txt": crlf },
  ],
  [
    "mixed endings, in a folder with attributes of its own",
    { sub: { ".gitattributes": "* text eol=lf\n", x: `${crlf}3\n` } },
  ],
  ["endings that are asked for as they are", { ".gitattributes": "*.bat text eol=crlf\n", "run.bat": crlf }],
  ["an expanded ident", { ".gitattributes": "*.c ident\n", "a.c": "/* $Id: 0123 $ */\n" }],
])("%s make no change that nobody made", async (_, tree) => {
  expect(committed(await aWorkspace(tree))).toEqual([]);
});

test("what the agent changes in such a file is committed, and only that", async () => {
  const dir = await aWorkspace({ ".gitattributes": "*.txt text\n", "notes.txt": crlf, "other.txt": crlf });
  writeFileSync(join(dir, "notes.txt"), `${crlf}three\r\n`);
  expect(committed(dir)).toEqual(["notes.txt"]);
  expect(git(dir, ["diff", "--cached", "--numstat"])).toBe("1\t0\tnotes.txt");
});

test("what the agent adds is stored as the repository's attributes say", async () => {
  const dir = await aWorkspace({ ".gitattributes": "*.txt text\n", "notes.txt": crlf });
  writeFileSync(join(dir, "new.txt"), crlf);
  expect(committed(dir)).toEqual(["new.txt"]);
  expect(git(dir, ["cat-file", "-s", ":new.txt"])).toBe("8");
});

test("where git would rewrite nothing, the clone has no attributes of its own", async () => {
  const dir = await aWorkspace({
    ".gitattributes": "*.txt text\n",
    "notes.txt": "one\n",
    "b.bin": { mode: "100644", text: crlf },
  });
  expect(existsSync(join(dir, ".git/info/attributes"))).toBe(false);
});
