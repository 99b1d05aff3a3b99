// Who has a hand in the commits of a pull request: whoever pushed them, whatever the commits say.
import type { CommitFact, PushedFacts, PushFact } from "./facts.ts";

/** Accounts that are authors, by their ids, and how many pushes there are whose author GitHub does not tell. */
export interface Authors {
  readonly ids: ReadonlySet<number>;
  readonly unknown: number;
}

/** Of a branch that nobody but the App itself has pushed to: what its commits say was written by an agent. */
export const noAuthors: Authors = { ids: new Set(), unknown: 0 };

/**
 * Everyone who pushed to the branch is an author. So is whoever the commits name that somebody other than the App pushed;
 * those of the App's own pushes are an agent's words, and name nobody. What was pushed by another bot, by an account that is
 * gone, or in no push that GitHub tells of was pushed by someone unknown, who may be anybody: each counts one (T21).
 */
export function authorsOf({ pushes, commits }: Pick<PushedFacts, "pushes" | "commits">): Authors {
  const foreign = pushes.filter(({ ours }) => !ours);
  const pushers = foreign.flatMap(({ by }) => (by === null || by.bot ? [] : [by.id]));
  const claimed = claims(pushes, commits);
  const unclaimed = commits.filter(({ sha }) => !claimed.has(sha));
  const named = commits.filter(({ sha }) => claimed.get(sha)?.ours !== true).flatMap(({ people }) => people);
  return {
    ids: new Set([...pushers, ...named]),
    unknown: foreign.length - pushers.length + unclaimed.length,
  };
}

/** Which push brought each commit: the first after which it was reachable from the branch. */
function claims(pushes: readonly PushFact[], commits: readonly CommitFact[]): ReadonlyMap<string, PushFact> {
  const parents = new Map(commits.map((commit) => [commit.sha, commit.parents]));
  const claimed = new Map<string, PushFact>();
  for (const push of pushes) {
    const open = [push.after];
    for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
      if (!parents.has(sha) || claimed.has(sha)) continue;
      claimed.set(sha, push);
      open.push(...(parents.get(sha) ?? []));
    }
  }
  return claimed;
}
