// Where resolvers get Git's objects from: a commit, a ref, a file, as values with their types.
import type { Commit } from "../git/commits.ts";
import { objectAt } from "../git/expression.ts";
import { knowCommit } from "../git/known.ts";
import { resolveCommit } from "../git/read.ts";
import type { Repository } from "../model.ts";
import { type Source, source } from "./source.ts";

export interface CommitIn {
  readonly repository: Repository;
  readonly commit: Commit;
}

export interface RefIn {
  readonly repository: Repository;
  /** The full name. */
  readonly name: string;
  readonly sha: string;
}

export interface BlobIn {
  readonly oid: string;
  readonly bytes: Buffer;
}

export interface TreeIn {
  readonly repository: Repository;
  readonly oid: string;
}

export async function commitSource(repository: Repository, sha: string): Promise<Source<CommitIn>> {
  return source("Commit", { repository, commit: await knowCommit(repository, sha) });
}

/** The branch or tag, by its full name or a branch's short one; null when there is none. */
export async function refSource(repository: Repository, name: string): Promise<Source<RefIn> | null> {
  const full = name.startsWith("refs/") ? name : `refs/heads/${name}`;
  const sha = await resolveCommit(repository.gitDir, full);
  return sha === undefined ? null : source("Ref", { repository, name: full, sha });
}

/** What an object id or an expression such as `HEAD:path` names; null when it names nothing. */
export async function objectSource(
  repository: Repository,
  { oid, expression }: { oid?: string | null; expression?: string | null },
): Promise<Source | null> {
  const wanted = oid ?? expression;
  if (!wanted) return null;
  const named = await objectAt(repository.gitDir, wanted);
  switch (named?.type) {
    case "commit":
      return commitSource(repository, named.id);
    case "blob":
      return source("Blob", { oid: named.id, bytes: named.body });
    case "tree":
      return source("Tree", { repository, oid: named.id });
    default:
      return null;
  }
}
