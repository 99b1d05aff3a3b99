// What a push webhook says of a ref that moved.
import { eachAtMost } from "../../base/at-most.ts";
import type { Core } from "../core.ts";
import { isAncestor } from "../git/ancestry.ts";
import { type Commit, log, readCommit } from "../git/commits.ts";
import { commitFiles } from "../git/history.ts";
import { noCommit } from "../git/read.ts";
import type { Actor, RefUpdate, Repository } from "../model.ts";
import { userOf } from "./commit.ts";
import { repositoryShape } from "./repository.ts";
import { repoWeb } from "./url.ts";

const maxCommits = 2_048;

/** The payload without sender and installation. The `repository` of a push has seconds for some instants, as GitHub has it. */
export async function pushShape(core: Core, actor: Actor, repository: Repository, update: RefUpdate) {
  const created = update.before === noCommit;
  const deleted = update.after === noCommit;
  const commits = deleted ? [] : await arrived(repository, update);
  const shapes = await eachAtMost(16, commits, (commit) => pushedCommit(core, repository, commit));
  const head = deleted ? undefined : repository.commits.get(update.after);
  return {
    ref: update.ref,
    before: update.before,
    after: update.after,
    created,
    deleted,
    forced: !created && !deleted && !(await isAncestor(repository.gitDir, update.before, update.after)),
    base_ref: null,
    compare: repoWeb(core, repository, `/compare/${update.before.slice(0, 12)}...${update.after.slice(0, 12)}`),
    commits: shapes,
    head_commit: head ? await pushedCommit(core, repository, head) : null,
    pusher: { name: actor.user.login, email: actor.user.email },
    repository: repositoryInPush(core, repository),
  };
}

/** The commits that this update brought to the repository, oldest first; remembers them. */
async function arrived(repository: Repository, { ref, before, after }: RefUpdate): Promise<Commit[]> {
  const since = before === noCommit ? [`--exclude=${ref}`, "--not", "--all", "--not"] : [];
  const range = before === noCommit ? [...since, after] : [`${before}..${after}`];
  const commits = await log(repository.gitDir, ["--reverse", `--max-count=${maxCommits}`, ...range]);
  for (const commit of commits) repository.commits.set(commit.sha, commit);
  const tip = repository.commits.has(after) ? undefined : await readCommit(repository.gitDir, after);
  if (tip) repository.commits.set(tip.sha, tip);
  return commits;
}

async function pushedCommit(core: Core, repository: Repository, commit: Commit) {
  const files = await commitFiles(repository.gitDir, commit);
  const paths = (...statuses: string[]) =>
    files.filter((file) => statuses.includes(file.status)).map((file) => file.path);
  const person = (signed: Commit["author"]) => {
    const user = userOf(core, signed);
    return { name: signed.name, email: signed.email, date: signed.date, ...(user ? { username: user.login } : {}) };
  };
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: repoWeb(core, repository, `/commit/${commit.sha}`),
    author: person(commit.author),
    committer: person(commit.committer),
    added: paths("added", "copied", "renamed"),
    removed: [
      ...paths("removed"),
      ...files.flatMap((file) => (file.status === "renamed" && file.previousPath ? [file.previousPath] : [])),
    ],
    modified: paths("modified", "changed"),
  };
}

function repositoryInPush(core: Core, repository: Repository) {
  const shape = repositoryShape(core, repository);
  const seconds = (at: number) => Math.floor(at / 1_000);
  return {
    ...shape,
    owner: { ...shape.owner, name: repository.owner.login, email: repository.owner.email },
    url: shape.html_url,
    created_at: seconds(repository.createdAt),
    pushed_at: seconds(repository.pushedAt),
    stargazers: 0,
    master_branch: repository.defaultBranch,
  };
}
