// Where in a repository an address points: the commit and the path, although branch names contain slashes too.
import { listTree, readBlob, type TreeEntry } from "../git/history.ts";
import { resolveCommit } from "../git/read.ts";
import { listRefs } from "../git/refs.ts";
import type { Repository } from "../model.ts";
import { notFound } from "../refusal.ts";

export interface Place {
  readonly repository: Repository;
  /** The branch, tag or commit as the address names it. */
  readonly ref: string;
  readonly sha: string;
  /** Without slashes at its ends; empty for the root. */
  readonly path: string;
}

/** Reads `loop/1-abc/src/index.ts` as the longest ref that exists and the rest; throws a 404 `Refusal` otherwise. */
export async function findPlace(repository: Repository, address: string): Promise<Place> {
  const parts = address.split("/").filter(Boolean);
  for (let length = parts.length; length > 0; length--) {
    const ref = parts.slice(0, length).join("/");
    const sha = await resolveCommit(repository.gitDir, ref);
    if (sha) return { repository, ref, sha, path: parts.slice(length).join("/") };
  }
  throw notFound();
}

/** The names of all branches, the default one first. */
export async function branchesOf(repository: Repository): Promise<string[]> {
  const names = [...(await listRefs(repository.gitDir)).keys()].flatMap(
    (ref) => ref.match(/^refs\/heads\/(.+)$/)?.[1] ?? [],
  );
  return names.sort(
    (one, other) =>
      Number(other === repository.defaultBranch) - Number(one === repository.defaultBranch) || one.localeCompare(other),
  );
}

/** Folders first, each by name; throws a 404 `Refusal` when the place is not a folder. */
export async function entriesOf(place: Place): Promise<TreeEntry[]> {
  const entries = await listTree(place.repository.gitDir, place.sha, place.path === "" ? "" : `${place.path}/`);
  if (!entries) throw notFound();
  return entries.sort(
    (one, other) => Number(other.type === "tree") - Number(one.type === "tree") || one.path.localeCompare(other.path),
  );
}

/** The bytes of a file; throws a 404 `Refusal` when the place is not one. */
export async function bytesOf(place: Place): Promise<Buffer> {
  const [entry] = (await listTree(place.repository.gitDir, place.sha, place.path)) ?? [];
  const bytes =
    entry?.type === "blob" && entry.path === place.path
      ? await readBlob(place.repository.gitDir, entry.sha)
      : undefined;
  if (!bytes) throw notFound();
  return bytes;
}

/** Whether bytes are text that can be shown: none of the first 8,000 is zero, which is how git tells too. */
export const isText = (bytes: Buffer) => !bytes.subarray(0, 8_000).includes(0);
