// What the pages read from git, remembered by commit: a page that refreshes itself asks for the same again and again.
import { type Commit, log } from "../git/commits.ts";
import { type ChangedFile, changedFiles, commitFiles } from "../git/history.ts";
import type { Pull, Repository } from "../model.ts";

const remembered = new Map<string, Promise<unknown>>();
const mostRemembered = 64;

/** The commits a pull request would bring, oldest first. */
export function commitsOf(pull: Pull): Promise<Commit[]> {
  const { gitDir } = pull.base.repository;
  const range = `${pull.base.sha}..${pull.head.sha}`;
  return remember(`log ${gitDir} ${range}`, async () => (await log(gitDir, ["-n", "250", range, "--"])).reverse());
}

/** What a pull request changes since it left its base. */
export function filesOf(pull: Pull): Promise<ChangedFile[]> {
  const { gitDir } = pull.base.repository;
  return remember(`files ${gitDir} ${pull.base.sha} ${pull.head.sha}`, () =>
    changedFiles(gitDir, pull.base.sha, pull.head.sha),
  );
}

/** What one commit changed against its first parent. */
export function filesOfCommit(repository: Repository, commit: Commit): Promise<ChangedFile[]> {
  return remember(`commit ${repository.gitDir} ${commit.sha}`, () => commitFiles(repository.gitDir, commit));
}

/** Commits never change, so an answer stays right; the oldest are dropped, failures are not kept. */
function remember<Answer>(question: string, ask: () => Promise<Answer>): Promise<Answer> {
  const known = remembered.get(question) as Promise<Answer> | undefined;
  if (known) return known;
  const answer = ask();
  answer.catch(() => remembered.delete(question));
  remembered.set(question, answer);
  const [oldest] = remembered.keys();
  if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest);
  return answer;
}
