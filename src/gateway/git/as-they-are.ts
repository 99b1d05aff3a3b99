// Files that git would rewrite although nobody changed them: a repository that holds other line endings than its attributes ask for.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runGit } from "./git.ts";

/**
 * Keeps such files byte for byte as the commit has them, so that no commit of an agent's carries a change that nobody made. Git
 * is told by the clone's own attributes, which come before the repository's; where it would rewrite nothing, nothing is written.
 * The clone is checked out and no container has seen it. Throws `Fault`.
 */
export async function keepAsTheyAre(gitDir: string, workTree: string): Promise<void> {
  const files = await listed(gitDir, workTree);
  const added = await hashes(gitDir, workTree, files);
  const rewritten = files.filter(({ id }, index) => added[index] !== id);
  if (rewritten.length === 0) return;
  const lines = rewritten.map(({ path }) => `${patternOf(path)} ${asItIs}\n`);
  await mkdir(join(gitDir, "info"), { recursive: true });
  await writeFile(join(gitDir, "info", "attributes"), lines.join(""));
  // What was changed at the checkout, such as an expanded `$Id$`, is written once more as the commit has it.
  const input = rewritten.map(({ path }) => `${path}\0`).join("");
  const args = ["checkout-index", "-f", "-u", "-z", "--stdin"];
  await runGit({ gitDir, workTree, args }, "Could not check out the files as they are", { input });
}

const asItIs = "-text -ident !working-tree-encoding";

interface Listed {
  readonly path: string;
  readonly id: string;
}

/** Regular files; a name with a line break cannot be asked after and is left out. */
async function listed(gitDir: string, workTree: string): Promise<readonly Listed[]> {
  const output = await runGit({ gitDir, workTree, args: ["ls-files", "-s", "-z"] }, "Could not list the files");
  return output
    .toString("utf8")
    .split("\0")
    .flatMap((line) => {
      const [, id = "", path = ""] = /^100\d{3} ([0-9a-f]{40}) 0\t([^\n"\ufffd]+)$/.exec(line) ?? [];
      return path === "" ? [] : [{ path, id }];
    });
}

/** What git would store for each file, in their order. */
async function hashes(gitDir: string, workTree: string, files: readonly Listed[]): Promise<readonly string[]> {
  const call = { gitDir, workTree, args: ["hash-object", "--stdin-paths"] };
  const input = `${files.map(({ path }) => path).join("\n")}\n`;
  const output = await runGit(call, "Could not compare the files", { input, timeoutMs: 300_000 });
  return output.toString("latin1").trimEnd().split("\n");
}

/** The path as a pattern that matches it alone: https://git-scm.com/docs/gitattributes, and gitignore's rules for patterns. */
function patternOf(path: string): string {
  const literal = `/${path.replace(/[\\*?[]/g, "\\$&")}`;
  return /[\s]/.test(literal) ? `"${literal.replace(/[\\"]/g, "\\$&").replaceAll("\t", "\\t")}"` : literal;
}
