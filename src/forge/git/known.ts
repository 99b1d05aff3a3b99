// Commits a repository remembers, so that payloads about them can be built without asking git again.
import type { Repository } from "../model.ts";
import { Refusal } from "../refusal.ts";
import { type Commit, readCommit } from "./commits.ts";
import { resolveCommit } from "./read.ts";

/** The commit, read if it is not remembered. Throws GitHub's 422 `Refusal` when there is no such commit. */
export async function knowCommit(repository: Repository, sha: string): Promise<Commit> {
  const known = repository.commits.get(sha);
  if (known) return known;
  const found = /^[0-9a-f]{40}$/.test(sha) && (await resolveCommit(repository.gitDir, sha));
  const commit = found ? await readCommit(repository.gitDir, sha) : undefined;
  if (!commit) throw new Refusal(422, `No commit found for SHA: ${sha}`);
  repository.commits.set(sha, commit);
  return commit;
}
