// A folder of a commit as an archive, for whoever is to see it and nothing of git.
import type { Readable } from "node:stream";
import { assert } from "../../base/assert.ts";
import { isCommitId } from "./branch.ts";
import { gitFault } from "./failure.ts";
import { runGit, spawnGit, stopGit } from "./git.ts";

/** What a commit has in a folder. */
export interface Folder {
  /** Equal for equal content. */
  readonly tree: string;
  /** A file in it as text; null: there is none, or it is a link, or no text of at most 64 KiB. */
  text(path: string): Promise<string | null>;
  /** All of it as a tar archive, without attributes taking anything out or in. The caller reads it to its end, or destroys it. */
  archive(): Readable;
}

/** The folder of a commit, `""` for all of it; null: there is no such folder. Throws Fault. */
export async function folderAt(gitDir: string, commit: string, path: string): Promise<Folder | null> {
  assert(isCommitId(commit), "a folder is that of a full commit id");
  const listed = path === "" ? null : await entryAt(gitDir, commit, path);
  if (path !== "" && listed?.type !== "tree") return null;
  const tree =
    listed?.id ??
    (await runGit({ gitDir, args: ["rev-parse", "--verify", `${commit}^{tree}`] }, "Could not read a tree"))
      .toString()
      .trim();
  return {
    tree,
    async text(file) {
      const entry = await entryAt(gitDir, tree, file);
      if (entry?.type !== "blob" || !entry.mode.startsWith("100")) return null;
      const limits = { maxOutputBytes: 65_537, cutOutput: true };
      const content = await runGit({ gitDir, args: ["cat-file", "blob", entry.id] }, "Could not read a file", limits);
      return content.length > 65_536 || content.includes(0) ? null : content.toString("utf8");
    },
    archive() {
      const config = ["attr.tree=4b825dc642cb6eb9a060e54bf8d69288fbee4904", "tar.umask=0022"];
      const program = spawnGit({ gitDir, config, args: ["archive", "--format=tar", tree] });
      program.stdin.end();
      program.stderr.resume();
      program.on("close", (code) => {
        if (code !== 0) program.stdout.destroy(gitFault("Could not archive a folder", ""));
      });
      program.stdout.on("close", () => stopGit(program));
      return program.stdout;
    },
  };
}

async function entryAt(gitDir: string, treeish: string, path: string) {
  const args = ["ls-tree", "-z", "--format=%(objectmode) %(objecttype) %(objectname) %(path)", treeish, "--", path];
  const listed = (await runGit({ gitDir, args }, "Could not look up a path")).toString("utf8").split("\0");
  for (const line of listed) {
    const [, mode = "", type = "", id = "", found = ""] = /^(\S+) (\S+) (\S+) ([\s\S]+)$/.exec(line) ?? [];
    if (found === path) return { mode, type, id };
  }
  return null;
}
