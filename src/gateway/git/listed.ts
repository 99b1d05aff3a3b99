// What a commit's tree lists, and which paths git would leave out of it.
import { assert } from "../../base/assert.ts";
import { isCommitId } from "./branch.ts";
import { gitFault } from "./failure.ts";
import { runGit, tryGit } from "./git.ts";

/** Every file and link of a commit with its object id; submodules are left out. Throws Fault. */
export async function filesAt(gitDir: string, commit: string): Promise<ReadonlyMap<string, string>> {
  assert(isCommitId(commit), "files are those of a full commit id");
  const args = ["ls-tree", "-r", "-z", "--format=%(objecttype) %(objectname) %(path)", commit];
  const listed = await runGit({ gitDir, args }, "Could not list the files of a commit");
  const lines = listed.toString("utf8").split("\0");
  return new Map(
    lines.flatMap((line) => {
      const [, type, id = "", path = ""] = /^(\S+) (\S+) ([\s\S]+)$/.exec(line) ?? [];
      return type === "blob" ? [[path, id] as const] : [];
    }),
  );
}

/** Those of the paths that the `.gitignore` files of a checkout leave out. No container may have written there. Throws Fault. */
export async function ignoredOf(checkout: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const call = {
    gitDir: `${checkout}/.git`,
    workTree: checkout,
    args: ["check-ignore", "--no-index", "-z", "--stdin"],
  };
  const input = paths.map((path) => `${path}\0`).join("");
  const { code, stdout, stderr } = await tryGit(call, { input });
  if (code !== 0 && code !== 1) throw gitFault("Could not read what is ignored", stderr); // 1: none of them
  return new Set(stdout.toString("utf8").split("\0").filter(Boolean));
}
