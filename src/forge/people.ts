// People of the forge, for stories: `forge.as("alice").comment(issue, "…")`, with real git behind every push.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { NewIssue } from "./actions/issues.ts";
import type { MergeRequest } from "./actions/merge.ts";
import type { NewPull } from "./actions/pulls.ts";
import type { NewReview } from "./actions/reviews.ts";
import { findRepository, findUser, fullName } from "./core.ts";
import { writeClone } from "./git/clone.ts";
import { readCommit } from "./git/commits.ts";
import { noCommit, resolveBranch } from "./git/read.ts";
import { headOf } from "./git/refs.ts";
import { git } from "./git/run.ts";
import type {
  Actor,
  CheckRun,
  Comment,
  Issue,
  Pull,
  ReactionContent,
  Repository,
  Review,
  ReviewComment,
  User,
} from "./model.ts";
import { notFound, Refusal } from "./refusal.ts";
import type { World } from "./world.ts";

/** A repository, or its `owner/name`. */
export type RepositoryName = Repository | string;

/** What a signed-in person can do. Each call throws the `Refusal` GitHub would answer. */
export interface Person {
  readonly user: User;
  readonly actor: Actor;
  /** A personal token, for REST and git. */
  readonly token: string;
  openIssue(repository: RepositoryName, issue: NewIssue): Issue;
  openPull(repository: RepositoryName, pull: NewPull): Promise<Pull>;
  label(issue: Issue | Pull, name: string): void;
  unlabel(issue: Issue | Pull, name: string): void;
  /** Deletes a label of the repository, and so takes it off every issue. */
  deleteLabel(repository: RepositoryName, name: string): void;
  edit(issue: Issue | Pull, text: { title?: string; body?: string | null }): void;
  comment(issue: Issue | Pull, body: string): Comment;
  editComment(comment: Comment, body: string): Comment;
  deleteComment(comment: Comment): void;
  /** Hides it on the page, as `spam`, `outdated` or the like. */
  hide(comment: Comment | ReviewComment, reason: string): void;
  react(subject: Issue | Comment, content: ReactionContent): void;
  close(issue: Issue | Pull): void;
  reopen(issue: Issue | Pull): void;
  lock(issue: Issue | Pull): void;
  approve(pull: Pull, options?: { commit?: string; body?: string }): Review;
  requestChanges(pull: Pull, body: string, options?: { commit?: string }): Review;
  review(pull: Pull, review: NewReview): Review;
  dismiss(review: Review, message: string): Review;
  markReady(pull: Pull): Pull;
  /** Has GitHub merge it by itself, once the rules of its base let it. */
  autoMerge(pull: Pull): void;
  /** Asks the App that made a check run to make it again. */
  rerun(run: CheckRun): void;
  merge(pull: Pull, request?: MergeRequest): Promise<string>;
  /** Takes another login; everything else of the account stays. */
  rename(login: string): void;
  /** Deletes the account. */
  leave(): void;
  /**
   * Commits on a branch (made from the default branch if it is new) and pushes it with git over HTTP; null deletes a
   * path. Gives the commit. With `force`, the commit replaces the branch's last one. An author may be somebody else than
   * who pushes, and nobody that the forge knows.
   */
  push(
    repository: RepositoryName,
    branch: string,
    files: Readonly<Record<string, string | null>>,
    message: string,
    options?: { force?: boolean; author?: { name: string; email: string } },
  ): Promise<string>;
  /** Deletes a branch with git over HTTP. */
  deleteBranch(repository: RepositoryName, branch: string): Promise<void>;
}

/** The person of that login. Throws a 404 `Refusal` when there is none. */
export function personOf(world: World, workDir: string, login: string): Person {
  const user = findUser(world, login);
  if (!user) throw notFound();
  const actor: Actor = { user, app: null };
  const token = ownToken(world, user);
  const here = (name: RepositoryName) => repositoryOf(world, name);
  const issueOf = (subject: Issue | Pull) => ("issue" in subject ? subject.issue : subject);
  return {
    user,
    actor,
    token,
    openIssue: (name, issue) => world.openIssue(actor, here(name), issue),
    openPull: (name, pull) => world.createPull(actor, here(name), pull),
    label: (issue, name) => void world.addLabels(actor, issueOf(issue), [name]),
    unlabel: (issue, name) => void world.removeLabel(actor, issueOf(issue), name),
    deleteLabel: (name, label) => world.deleteLabel(actor, here(name), label),
    edit: (issue, text) => void world.editIssue(actor, issueOf(issue), text),
    comment: (issue, body) => world.createComment(actor, issueOf(issue), body),
    editComment: (comment, body) => world.editComment(actor, comment, body),
    deleteComment: (comment) => world.deleteComment(actor, comment),
    hide: (comment, reason) => world.minimize(actor, comment, reason),
    react: (subject, content) => void world.addReaction(actor, subject, content),
    close: (issue) => void world.closeIssue(actor, issueOf(issue)),
    reopen: (issue) => void world.reopenIssue(actor, issueOf(issue)),
    lock: (issue) => world.lockIssue(actor, issueOf(issue)),
    approve: (pull, { commit, body } = {}) =>
      world.submitReview(actor, pull, { event: "APPROVE", body: body ?? "", commitId: commit }),
    requestChanges: (pull, body, { commit } = {}) =>
      world.submitReview(actor, pull, { event: "REQUEST_CHANGES", body, commitId: commit }),
    review: (pull, review) => world.submitReview(actor, pull, review),
    dismiss: (review, message) => world.dismissReview(actor, review, message),
    markReady: (pull) => world.markReady(actor, pull),
    autoMerge: (pull) => world.enableAutoMerge(actor, pull),
    rerun: (run) => world.rerequestCheckRun(actor, run),
    merge: (pull, request = {}) => world.mergePull(actor, pull, request),
    rename: (to) => world.renameUser(user, to),
    leave: () => world.deleteUser(user),
    push: (name, branch, files, message, options = {}) =>
      inClone({ world, workDir, token, repository: here(name) }, (clone) =>
        commitAndPush(clone, here(name), {
          branch,
          files,
          message,
          force: options.force ?? false,
          author: options.author ?? user,
          at: world.now(),
        }),
      ),
    deleteBranch: (name, branch) =>
      inClone({ world, workDir, token, repository: here(name) }, async ({ dir, env, url }) => {
        const { gitDir, defaultBranch } = here(name);
        const sha = (await resolveBranch(gitDir, defaultBranch)) ?? noCommit;
        await writeClone({ from: gitDir, folder: dir, url, head: sha });
        await git(dir, ["push", "--quiet", "origin", `:refs/heads/${branch}`], { env });
      }),
  };
}

export function repositoryOf(world: World, name: RepositoryName): Repository {
  if (typeof name !== "string") return name;
  const [owner = "", repository = ""] = name.split("/");
  const found = findRepository(world, owner, repository);
  if (!found) throw notFound();
  return found;
}

function ownToken(world: World, user: User): string {
  const known = [...world.tokens.values()].find(
    ({ actor, installation, revoked }) => actor.user === user && actor.via === undefined && !installation && !revoked,
  );
  return (known ?? world.personalToken(user)).value;
}

interface Clone {
  readonly dir: string;
  /** Carries the credential, so that it is neither on a command line nor in a file. */
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
}

function credentials(token: string): Record<string, string> {
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}

async function inClone<T>(
  options: { world: World; workDir: string; token: string; repository: Repository },
  use: (clone: Clone) => Promise<T>,
): Promise<T> {
  const { world, workDir, token, repository } = options;
  await mkdir(workDir, { recursive: true });
  const dir = await mkdtemp(join(workDir, "clone-"));
  try {
    return await use({ dir, env: credentials(token), url: new URL(`/${fullName(repository)}.git`, world.origin).href });
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Change {
  readonly branch: string;
  readonly files: Readonly<Record<string, string | null>>;
  readonly message: string;
  readonly force: boolean;
  readonly author: { name: string; email: string };
  readonly at: number;
}

async function commitAndPush({ dir, env, url }: Clone, repository: Repository, change: Change): Promise<string> {
  await writeClone({ from: repository.gitDir, folder: dir, url, head: await startOf(repository, change) });
  await git(dir, ["reset", "--quiet", "--hard"]);
  for (const [path, text] of Object.entries(change.files)) await writeOrRemove(join(dir, path), text);
  await git(dir, ["add", "--all"]);
  const date = `${Math.floor(change.at / 1_000)} +0000`;
  const dates = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  await git(
    dir,
    [
      "-c",
      `user.name=${change.author.name}`,
      "-c",
      `user.email=${change.author.email}`,
      "commit",
      "--quiet",
      "-m",
      change.message,
    ],
    { env: dates },
  );
  await git(
    dir,
    ["push", "--quiet", ...(change.force ? ["--force"] : []), "origin", `HEAD:refs/heads/${change.branch}`],
    { env },
  );
  return requireSha(await headOf(join(dir, ".git")));
}

/** Where the commit goes: on the branch as it is, or before its last commit where that is replaced, or where it starts. */
async function startOf({ gitDir, defaultBranch }: Repository, { branch, force }: Change) {
  const known = await resolveBranch(gitDir, branch);
  const start = known ?? requireSha(await resolveBranch(gitDir, defaultBranch));
  const sha = known && force ? requireSha((await readCommit(gitDir, known))?.parents[0]) : start;
  return { branch, sha };
}

function requireSha(sha: string | undefined): string {
  if (sha === undefined) throw new Refusal(422, "There is no commit to start from");
  return sha;
}

async function writeOrRemove(path: string, text: string | null): Promise<void> {
  if (text === null) return rm(path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
