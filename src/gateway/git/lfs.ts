// Files kept in Git LFS: the commit holds a pointer, and what it points to has to exist, since no run can upload anything.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isKnownWithoutAttributes } from "./attributes.ts";
import type { Problem } from "./change.ts";
import { isBlob, type Span } from "./difference.ts";
import { runGit, tryGit } from "./git.ts";
import { showPath } from "./paths.ts";
import type { RawEntry } from "./tree-diff.ts";

/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const pointer =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-[^\n]+\n)*oid sha256:[0-9a-f]{64}\nsize \d+\n$/;

/**
 * What a change does to files that the head's attributes keep in LFS: content in place of a pointer, and pointers that the base
 * does not have, to content that nobody could have uploaded. `contents` are the blobs that were read, by id. Throws `Fault`.
 */
export async function lfsProblems(
  { gitDir, base, head }: Span,
  entries: readonly RawEntry[],
  contents: ReadonlyMap<string, Buffer>,
): Promise<readonly Problem[]> {
  const files = entries.filter(({ newMode, path }) => isBlob(newMode) && path !== null);
  if (files.length === 0 || hasNoAttributes(base, entries) || !(await usesLfs(gitDir, head))) return [];
  const kept = await pathsInLfs(gitDir, head, files);
  const inLfs = files.filter(({ path }) => path !== null && kept.has(path));
  if (inLfs.length === 0) return [];
  const known = await blobsOf(gitDir, base);
  return inLfs.flatMap(({ path, newId }): Problem[] => {
    const shown = showPath(path ?? "");
    if (known.has(newId)) return [];
    if (!pointer.test(contents.get(newId)?.toString("latin1") ?? ""))
      return [
        {
          name: "lfs_raw_content",
          detail: `${shown} is kept in Git LFS, and its content was committed itself`,
          path: shown,
        },
      ];
    return [{ name: "lfs_missing_object", detail: `${shown} points to content that is not in Git LFS`, path: shown }];
  });
}

/** Whether the base is known to have none, and the change adds none. */
function hasNoAttributes(base: string, entries: readonly RawEntry[]): boolean {
  return (
    isKnownWithoutAttributes(base) && !entries.some(({ path }) => path === null || path.endsWith(".gitattributes"))
  );
}

/** Whether any attributes at the head name the filter: most repositories' do not. */
async function usesLfs(gitDir: string, head: string): Promise<boolean> {
  const args = ["grep", "-q", "-F", "filter=lfs", head, "--", ".gitattributes", "*/.gitattributes"];
  return (await tryGit({ gitDir, args })).code === 0;
}

/** Attributes are read from an index of the head's tree: a bare repository has no other place for them. */
async function pathsInLfs(gitDir: string, head: string, files: readonly RawEntry[]): Promise<ReadonlySet<string>> {
  const aside = await mkdtemp(join(tmpdir(), "loopgate-lfs-"));
  try {
    const env = { GIT_INDEX_FILE: join(aside, "index") };
    const attempted = "Could not read the attributes of the change";
    await runGit({ gitDir, args: ["read-tree", head], env }, attempted);
    const input = files.map(({ path }) => `${path}\0`).join("");
    const args = ["check-attr", "--cached", "-z", "--stdin", "filter"];
    const fields = (await runGit({ gitDir, args, env }, attempted, { input })).toString("utf8").split("\0");
    return new Set(fields.flatMap((path, index) => (index % 3 === 0 && fields[index + 2] === "lfs" ? [path] : [])));
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function blobsOf(gitDir: string, commit: string): Promise<ReadonlySet<string>> {
  const args = ["ls-tree", "-r", "-z", "--format=%(objectname)", commit];
  const listed = await runGit({ gitDir, args }, "Could not list the base's files");
  return new Set(listed.toString("latin1").split("\0"));
}
