// What a commit's tree lists, and which paths git would leave out of it.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
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

/**
 * Those of the paths that the `.gitignore` files of a checkout leave out; one that ends in a slash is a folder, and is made there:
 * git knows `name/` in an ignore file by the folder alone, and takes a slash that is only said for one by `name/*` as well. No
 * container may have written in the checkout. Throws Fault; rejects as the file system does.
 */
export async function ignoredOf(checkout: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const asked = new Map<string, string>(); // as git is asked, as we were
  for (const path of paths) {
    const isFolder = path.endsWith("/");
    asked.set(isFolder ? path.slice(0, -1) : path, path);
    if (isFolder) await mkdir(join(checkout, path), { recursive: true });
  }
  const call = {
    gitDir: `${checkout}/.git`,
    workTree: checkout,
    args: ["check-ignore", "--no-index", "-z", "--stdin"],
  };
  const input = [...asked.keys()].map((path) => `${path}\0`).join("");
  const { code, stdout, stderr } = await tryGit(call, { input });
  if (code !== 0 && code !== 1) throw gitFault("Could not read what is ignored", stderr); // 1: none of them
  const said = stdout.toString("utf8").split("\0").filter(Boolean);
  return new Set(said.map((path) => asked.get(path) ?? path));
}
