// Pull requests: opening, editing, draft and ready, requested reviewers, and whether they would merge.
import { type Core, findUser, nodeId, pullsOf, requireAccess } from "../core.ts";
import { isAncestor } from "../git/ancestry.ts";
import { countChanges, resolveBranch, resolveCommit } from "../git/read.ts";
import { git } from "../git/run.ts";
import type { Actor, Pull, Repository, User } from "../model.ts";
import { Refusal, unprocessable } from "../refusal.ts";
import { userShape } from "../shapes/user.ts";
import { endAutoMerge } from "./auto-merge.ts";
import { bringBaseIn, mergeInto, requireUpdatable } from "./base-merge.ts";
import { ownersOf } from "./code-owners.ts";
import { emitIssue, note } from "./issue-events.ts";
import { type IssueEdit, issueActions, newIssue } from "./issues.ts";
import { findMergeability, mergeability } from "./mergeability.ts";
import { leaveQueue } from "./queue-exit.ts";

export interface NewPull {
  readonly title: string;
  readonly body?: string | null;
  /** A branch name; as `owner:branch` it may be one of a fork. */
  readonly head: string;
  readonly base: string;
  readonly draft?: boolean;
}

export interface PullActions {
  createPull(actor: Actor, repository: Repository, wanted: NewPull): Promise<Pull>;
  updatePull(actor: Actor, pull: Pull, edit: IssueEdit & { base?: string }): Promise<Pull>;
  closePull(actor: Actor, pull: Pull): Promise<Pull>;
  markReady(actor: Actor, pull: Pull): Pull;
  convertToDraft(actor: Actor, pull: Pull): Pull;
  /** Asks people with read access for a review; the author cannot be asked. One webhook each. */
  requestReviewers(actor: Actor, pull: Pull, logins: readonly string[]): Pull;
  removeRequestedReviewers(actor: Actor, pull: Pull, logins: readonly string[]): Pull;
  /** Merges the base into the head branch. Throws 422 where there is nothing to merge, or a conflict. */
  updateBranch(actor: Actor, pull: Pull, expectedHead?: string): Promise<void>;
  /** The same as REST does it: what is refused is refused at once, and the merge is made some time after the answer. */
  updateBranchLater(actor: Actor, pull: Pull, expectedHead?: string): Promise<void>;
  /** Merges a commit into a branch; gives the merge commit, or null where there is nothing to merge. Throws 404 or 409. */
  mergeBranch(
    actor: Actor,
    repository: Repository,
    branch: string,
    head: string,
    message?: string,
  ): Promise<string | null>;
  /** Whether the head merges into the base without conflict. Remembered for the pair of commits. */
  mergeability(pull: Pull): Promise<boolean>;
  /**
   * Has that found out in the background for an open pull request where it is not known. A change of the head does, and so does
   * whoever reads a pull request whose base has moved, and hears meanwhile that it is not known.
   * https://docs.github.com/rest/guides/using-the-rest-api-to-interact-with-your-git-database#checking-mergeability-of-pull-requests
   */
  findMergeability(pull: Pull): void;
}

export function pullActions(core: Core): PullActions {
  const issues = issueActions(core);
  const actions: PullActions = {
    createPull: (actor, repository, wanted) => createPull(core, actor, repository, wanted),
    updatePull: async (actor, pull, edit) => {
      if (edit.base !== undefined && edit.base !== pull.base.ref) await retarget(core, actor, pull, edit.base);
      if (edit.state === "open" && pull.issue.state === "closed") await requireReopenable(pull);
      issues.editIssue(actor, pull.issue, edit);
      return pull;
    },
    closePull: (actor, pull) => actions.updatePull(actor, pull, { state: "closed" }),
    markReady: (actor, pull) => setDraft(core, actor, pull, false),
    convertToDraft: (actor, pull) => setDraft(core, actor, pull, true),
    requestReviewers: (actor, pull, logins) => requestReviewers(core, actor, pull, logins),
    removeRequestedReviewers: (actor, pull, logins) => {
      requireAccess(actor, pull.issue.repository, "write");
      for (const user of logins.flatMap((login) => findUser(core, login) ?? [])) dropRequest(core, actor, pull, user);
      return pull;
    },
    updateBranch: (actor, pull, expectedHead) => updateBranch(core, actor, pull, expectedHead),
    updateBranchLater: (actor, pull, expectedHead) => updateBranchLater(core, actor, pull, expectedHead),
    mergeBranch: async (actor, repository, branch, head, message) => {
      const { gitDir } = repository;
      const [into, sha] = [await resolveBranch(gitDir, branch), await resolveCommit(gitDir, head)];
      if (!into) throw new Refusal(404, "Base does not exist");
      if (!sha) throw new Refusal(404, "Head does not exist");
      return mergeInto(core, actor, repository, {
        branch,
        into,
        head: sha,
        message: `${message ?? `Merge ${head} into ${branch}`}\n`,
      });
    },
    mergeability: (pull) => mergeability(core, pull),
    findMergeability: (pull) => findMergeability(core, pull),
  };
  return actions;
}

/** Takes a reviewer off the list of those asked, telling of it. */
function dropRequest(core: Core, actor: Actor, pull: Pull, user: User): void {
  if (!pull.requestedReviewers.includes(user)) return;
  pull.requestedReviewers = pull.requestedReviewers.filter((one) => one !== user);
  note(core, actor, pull.issue, { kind: "review_request_removed", reviewer: user.login });
  emitIssue(core, actor, pull.issue, "review_request_removed", { requested_reviewer: userShape(core, user) });
}

async function createPull(core: Core, actor: Actor, repository: Repository, wanted: NewPull): Promise<Pull> {
  requireAccess(actor, repository, "read");
  if (wanted.draft && !repository.settings.drafts)
    throw new Refusal(422, "Draft pull requests are not supported in this repository.");
  const head = wanted.head?.split(":").at(-1) ?? "";
  const from = homeOf(core, repository, wanted.head ?? "");
  const sides = await requireSides(from, repository, head, wanted.base);
  await bring(from, repository, sides.head);
  requireNoTwin(repository, from, head, wanted.base);
  const stats = await countChanges(repository.gitDir, sides.base, sides.head);
  if (stats.commits === 0) throw invalid(`No commits between ${wanted.base} and ${head}`);
  requireNoTwin(repository, from, head, wanted.base);
  const issue = newIssue(core, actor, repository, wanted);
  const id = core.nextId();
  const pull: Pull = {
    id,
    nodeId: nodeId("PR", id),
    issue,
    draft: wanted.draft ?? false,
    head: { repository: from, ref: head, sha: sides.head },
    base: { repository, ref: wanted.base, sha: sides.base },
    merged: false,
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
    mergeability: null,
    autoMerge: null,
    queueEntry: null,
    requestedReviewers: [],
    reviews: [],
    reviewComments: [],
    stats,
  };
  issue.pull = pull;
  core.register({ type: "PullRequest", value: pull });
  emitIssue(core, actor, issue, "opened");
  findMergeability(core, pull);
  requestOwners(core, actor, pull);
  return pull;
}

/** GitHub asks the owners of what is changed by itself, as soon as it is no draft. */
function requestOwners(core: Core, actor: Actor, pull: Pull): void {
  if (pull.draft) return;
  core.background.begin(async () => {
    const owners = new Set((await ownersOf(core, pull)).flat());
    ask(
      core,
      actor,
      pull,
      [...owners].filter((user) => user !== pull.issue.user),
    );
  });
}

/** The repository of a head: this one, or a fork of it by its owner. */
function homeOf(core: Core, repository: Repository, head: string): Repository {
  const owner = head.includes(":") ? head.split(":")[0]?.toLowerCase() : repository.owner.login.toLowerCase();
  if (owner === repository.owner.login.toLowerCase()) return repository;
  const fork = [...core.repositories.values()].find(
    (one) => one.parent === repository && one.owner.login.toLowerCase() === owner,
  );
  if (!fork) throw unprocessable({ resource: "PullRequest", field: "head", code: "invalid" });
  return fork;
}

/** A fork's commits are in the repository too, as soon as a pull request asks for them. */
async function bring(from: Repository, into: Repository, sha: string): Promise<void> {
  if (from !== into) await git(into.gitDir, ["fetch", "--quiet", from.gitDir, sha]);
}

async function updateBranch(core: Core, actor: Actor, pull: Pull, expectedHead?: string): Promise<void> {
  await requireUpdatable(actor, pull, expectedHead);
  await bringBaseIn(core, actor, pull);
}

async function updateBranchLater(core: Core, actor: Actor, pull: Pull, expectedHead?: string): Promise<void> {
  await requireUpdatable(actor, pull, expectedHead);
  core.background.begin(() => bringBaseIn(core, actor, pull));
}

async function requireSides(
  from: Repository,
  repository: Repository,
  head: string,
  base: string,
): Promise<{ head: string; base: string }> {
  const headSha = await resolveBranch(from.gitDir, head);
  if (!headSha) throw unprocessable({ resource: "PullRequest", field: "head", code: "invalid" });
  const baseSha = await resolveBranch(repository.gitDir, base);
  if (!baseSha) throw unprocessable({ resource: "PullRequest", field: "base", code: "invalid" });
  return { head: headSha, base: baseSha };
}

function requireNoTwin(repository: Repository, from: Repository, head: string, base: string): void {
  const twin = pullsOf(repository).find(
    ({ issue, head: side, base: into }) =>
      issue.state === "open" && side.repository === from && side.ref === head && into.ref === base,
  );
  if (twin) throw invalid(`A pull request already exists for ${from.owner.login}:${head}.`);
}

const invalid = (message: string) => unprocessable({ resource: "PullRequest", code: "custom", message });

async function retarget(core: Core, actor: Actor, pull: Pull, base: string): Promise<void> {
  const { repository } = pull.base;
  requireAccess(actor, repository, "write");
  const sides = await requireSides(pull.head.repository, repository, pull.head.ref, base);
  const from = { ref: { from: pull.base.ref }, sha: { from: pull.base.sha } };
  pull.base = { repository, ref: base, sha: sides.base };
  pull.stats = await countChanges(repository.gitDir, sides.base, pull.head.sha);
  emitIssue(core, actor, pull.issue, "edited", { changes: { base: from } });
  findMergeability(core, pull);
}

async function requireReopenable(pull: Pull): Promise<void> {
  const now = await resolveBranch(pull.head.repository.gitDir, pull.head.ref);
  const fits = now && (now === pull.head.sha || (await isAncestor(pull.head.repository.gitDir, pull.head.sha, now)));
  if (!fits) throw invalid("state cannot be changed. The head branch was force-pushed or recreated.");
}

function setDraft(core: Core, actor: Actor, pull: Pull, draft: boolean): Pull {
  requireAccess(actor, pull.issue.repository, actor.user === pull.issue.user ? "read" : "write");
  if (pull.issue.state === "closed") throw new Refusal(422, "Pull request is closed");
  if (pull.draft === draft) {
    if (draft) return pull;
    throw new Refusal(422, "Pull request is already ready for review");
  }
  pull.draft = draft;
  if (draft) endAutoMerge(core, actor, pull, "converted to draft");
  const kind = draft ? "converted_to_draft" : "ready_for_review";
  note(core, actor, pull.issue, { kind });
  emitIssue(core, actor, pull.issue, kind);
  leaveQueue(core, actor, pull, "BRANCH_PROTECTIONS");
  requestOwners(core, actor, pull);
  return pull;
}

function requestReviewers(core: Core, actor: Actor, pull: Pull, logins: readonly string[]): Pull {
  const { repository } = pull.issue;
  requireAccess(actor, repository, "triage");
  // One login that cannot be asked refuses the whole request: nobody is asked.
  const users = logins.map((login) => {
    const user = findUser(core, login);
    if (user === pull.issue.user) throw new Refusal(422, "Review cannot be requested from pull request author.");
    if (!user || !(user === repository.owner || repository.collaborators.has(user)))
      throw new Refusal(
        422,
        "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the repository.".replace(
          "the repository",
          `the ${repository.owner.login}/${repository.name} repository`,
        ),
      );
    return user;
  });
  ask(core, actor, pull, users);
  return pull;
}

function ask(core: Core, actor: Actor, pull: Pull, users: readonly User[]): void {
  for (const user of users.filter((one) => !pull.requestedReviewers.includes(one))) {
    pull.requestedReviewers = [...pull.requestedReviewers, user];
    note(core, actor, pull.issue, { kind: "review_requested", reviewer: user.login });
    emitIssue(core, actor, pull.issue, "review_requested", { requested_reviewer: userShape(core, user) });
  }
}
