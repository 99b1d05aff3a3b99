// Branches and tags that moved, whoever moved them: the push webhook, pull requests that follow, suites that start.
import { type Core, pullsOf, requireAccess } from "../core.ts";
import { isAncestor } from "../git/ancestry.ts";
import { changeOf } from "../git/history.ts";
import { isObjectId } from "../git/objects.ts";
import { countChanges, noCommit, resolveCommit } from "../git/read.ts";
import { listRefs } from "../git/refs.ts";
import { git } from "../git/run.ts";
import { moveRef } from "../git/store.ts";
import type { Actor, BranchMove, Pull, RefUpdate, Repository } from "../model.ts";
import { Refusal } from "../refusal.ts";
import { pushShape } from "../shapes/push.ts";
import { checkActions } from "./checks.ts";
import { emitIssue, note } from "./issue-events.ts";
import { close } from "./issues.ts";
import { findMergeability } from "./mergeability.ts";
import { markMerged } from "./merged.ts";
import { requireCreation, requireUpdate } from "./push-rules.ts";
import { leaveQueue } from "./queue-exit.ts";
import { dismissStale } from "./reviews.ts";

export interface RefActions {
  createRef(actor: Actor, repository: Repository, ref: string, sha: string): Promise<void>;
  updateRef(actor: Actor, repository: Repository, ref: string, sha: string, force?: boolean): Promise<void>;
  deleteRef(actor: Actor, repository: Repository, ref: string): Promise<void>;
  /**
   * Rules and open pull requests that go to the branch follow it; one that comes from it is closed. Nobody is told but of another
   * default branch: what else GitHub tells of it is not known.
   */
  renameBranch(actor: Actor, repository: Repository, from: string, to: string): Promise<void>;
  /** Tells the world of refs that have already moved on disk. */
  refsMoved(
    actor: Actor,
    repository: Repository,
    updates: readonly RefUpdate[],
    why?: BranchMove["type"],
  ): Promise<void>;
}

export function refActions(core: Core): RefActions {
  const move = async (actor: Actor, repository: Repository, update: RefUpdate) => {
    await moveRef(repository.gitDir, update.ref, update.before, update.after);
    await refsMoved(core, actor, repository, [update]);
  };
  return {
    createRef: async (actor, repository, ref, sha) => {
      requireAccess(actor, repository, "write");
      await requireRefName(repository, ref, sha);
      if ((await listRefs(repository.gitDir)).has(ref)) throw new Refusal(422, "Reference already exists");
      if (await isInTheWay(repository, ref)) throw new Refusal(422, "Reference update failed");
      requireCreation(repository, ref);
      await move(actor, repository, { ref, before: noCommit, after: sha });
    },
    updateRef: async (actor, repository, ref, sha, force = false) => {
      requireAccess(actor, repository, "write");
      const before = await requireRef(repository, ref);
      await requireRefName(repository, ref, sha);
      if (!force && !(await isAncestor(repository.gitDir, before, sha)))
        throw new Refusal(422, "Update is not a fast forward");
      requireRuleAllows(actor, repository, ref, force);
      requireUpdate(repository, ref);
      if (before !== sha) await move(actor, repository, { ref, before, after: sha });
    },
    deleteRef: async (actor, repository, ref) => {
      requireAccess(actor, repository, "write");
      requireRuleAllows(actor, repository, ref, true);
      await move(actor, repository, { ref, before: await requireRef(repository, ref), after: noCommit });
    },
    renameBranch: (actor, repository, from, to) => renameBranch(core, actor, repository, from, to),
    refsMoved: (actor, repository, updates, why) => refsMoved(core, actor, repository, updates, why),
  };
}

async function renameBranch(core: Core, actor: Actor, repository: Repository, from: string, to: string): Promise<void> {
  const isDefault = repository.defaultBranch === from;
  const rule = repository.rules.get(from);
  requireAccess(actor, repository, isDefault || rule ? "admin" : "write");
  const ref = `refs/heads/${to}`;
  const sha = await requireRef(repository, `refs/heads/${from}`);
  await requireRefName(repository, ref, sha);
  if ((await listRefs(repository.gitDir)).has(ref)) throw new Refusal(422, "Branch already exists");
  await moveRef(repository.gitDir, ref, noCommit, sha);
  if (isDefault) await git(repository.gitDir, ["symbolic-ref", "HEAD", ref]);
  await moveRef(repository.gitDir, `refs/heads/${from}`, sha, noCommit);
  if (rule) repository.rules.set(to, rule);
  repository.rules.delete(from);
  repository.formerBranches.set(from, to);
  repository.formerBranches.delete(to);
  for (const pull of pullsOf(repository).filter((one) => one.issue.state === "open")) {
    if (pull.base.ref === from) pull.base = { ...pull.base, ref: to };
    if (pull.head.repository === repository && pull.head.ref === from) close(core, actor, pull.issue, null);
  }
  if (!isDefault) return;
  repository.defaultBranch = to;
  core.emit({
    event: "repository",
    action: "edited",
    actor,
    repository,
    body: { changes: { default_branch: { from } } },
  });
}

/** Refs that this actor may not move at all. */
export function closedRefs(actor: Actor, repository: Repository): string[] {
  const isAdmin =
    !actor.app && (actor.user === repository.owner || repository.collaborators.get(actor.user) === "admin");
  return [...repository.rules].flatMap(([branch, rule]) =>
    rule.restrictPushes && !isAdmin ? [`refs/heads/${branch}`] : [],
  );
}

/** Refs that may only move forward. */
export function keptRefs(repository: Repository): string[] {
  return [...repository.rules].flatMap(([branch, rule]) => (rule.allowForcePushes ? [] : [`refs/heads/${branch}`]));
}

/** Refs that take signed commits only. */
export function signedRefs(repository: Repository): string[] {
  return [...repository.rules].flatMap(([branch, rule]) => (rule.signatures ? [`refs/heads/${branch}`] : []));
}

function requireRuleAllows(actor: Actor, repository: Repository, ref: string, force: boolean): void {
  if (closedRefs(actor, repository).includes(ref) || (force && keptRefs(repository).includes(ref)))
    throw new Refusal(422, "Protected branch update failed");
}

/** Git keeps a branch `loop` and a branch `loop/1` apart by no means: with one there, the other cannot be. */
async function isInTheWay({ gitDir }: Repository, ref: string): Promise<boolean> {
  return [...(await listRefs(gitDir)).keys()].some((one) => ref.startsWith(`${one}/`) || one.startsWith(`${ref}/`));
}

async function requireRef(repository: Repository, ref: string): Promise<string> {
  const sha = (await listRefs(repository.gitDir)).get(ref);
  if (!sha) throw new Refusal(422, "Reference does not exist");
  return sha;
}

async function requireRefName(repository: Repository, ref: string, sha: string): Promise<void> {
  if (!/^refs\/(heads|tags)\/[^\s~^:?*[\\]+$/.test(ref))
    throw new Refusal(422, "Reference name must start with 'refs/'");
  if (!isObjectId(sha))
    throw new Refusal(422, "The sha parameter must be exactly 40 characters and contain only [0-9a-f].");
  if (!(await resolveCommit(repository.gitDir, sha))) throw new Refusal(422, "Object does not exist");
}

/** GitHub sends no push events at all when more than three tags come at once. */
async function refsMoved(
  core: Core,
  actor: Actor,
  repository: Repository,
  updates: readonly RefUpdate[],
  why?: BranchMove["type"],
): Promise<void> {
  const tags = updates.filter((update) => update.ref.startsWith("refs/tags/")).length;
  for (const update of updates) {
    if (!/^refs\/(heads|tags)\//.test(update.ref)) continue;
    repository.pushedAt = repository.updatedAt = core.now();
    const body = await pushShape(core, actor, repository, update);
    if (update.ref.startsWith("refs/heads/"))
      repository.moves.push({
        ...update,
        id: core.nextId(),
        at: core.now(),
        type: why ?? typeOf(body),
        user: actor.user,
      });
    if (tags <= 3) core.emit({ event: "push", action: null, actor, repository, body });
    if (update.ref.startsWith("refs/heads/")) await branchMoved(core, actor, repository, update);
  }
}

function typeOf({
  created,
  deleted,
  forced,
}: {
  created: boolean;
  deleted: boolean;
  forced: boolean;
}): BranchMove["type"] {
  if (created) return "branch_creation";
  if (deleted) return "branch_deletion";
  return forced ? "force_push" : "push";
}

async function branchMoved(core: Core, actor: Actor, repository: Repository, update: RefUpdate): Promise<void> {
  const branch = update.ref.slice("refs/heads/".length);
  const open = pullsOf(repository).filter((pull) => pull.issue.state === "open");
  const above = repository.parent ? pullsOf(repository.parent).filter((pull) => pull.issue.state === "open") : [];
  const heads = [...open, ...above].filter((one) => one.head.repository === repository && one.head.ref === branch);
  for (const pull of heads) await headMoved(core, actor, pull, update);
  for (const pull of open.filter((one) => one.base.ref === branch)) await baseMoved(core, actor, pull, update);
  if (update.after !== noCommit) announceSuites(core, actor, repository, branch, update);
}

async function headMoved(core: Core, actor: Actor, pull: Pull, update: RefUpdate): Promise<void> {
  if (update.after === noCommit) {
    note(core, actor, pull.issue, { kind: "head_deleted" });
    return close(core, actor, pull.issue, null);
  }
  const { gitDir } = pull.base.repository;
  if (pull.head.repository !== pull.base.repository)
    await git(gitDir, ["fetch", "--quiet", pull.head.repository.gitDir, update.after]);
  pull.head = { ...pull.head, sha: update.after };
  pull.mergeability = null;
  const { ref, sha: base } = pull.base;
  const isStale =
    pull.base.repository.rules.get(ref)?.dismissStale === true &&
    (await changeOf(gitDir, base, update.before)) !== (await changeOf(gitDir, base, update.after));
  if (await isAncestor(gitDir, update.after, pull.base.sha)) return close(core, actor, pull.issue, null);
  pull.stats = await countChanges(gitDir, pull.base.sha, update.after);
  note(core, actor, pull.issue, { kind: "head_moved", from: update.before, to: update.after });
  emitIssue(core, actor, pull.issue, "synchronize", { before: update.before, after: update.after });
  leaveQueue(core, actor, pull, "BRANCH_PROTECTIONS");
  if (isStale) dismissStale(core, actor, pull);
  findMergeability(core, pull);
}

/** A base that contains the head has merged it, however it got there. */
async function baseMoved(core: Core, actor: Actor, pull: Pull, update: RefUpdate): Promise<void> {
  if (update.after === noCommit) return close(core, actor, pull.issue, null);
  pull.base = { ...pull.base, sha: update.after };
  pull.mergeability = null;
  const { gitDir } = pull.base.repository;
  if (await isAncestor(gitDir, pull.head.sha, update.after)) return markMerged(core, actor, pull, pull.head.sha);
  pull.stats = await countChanges(gitDir, update.after, pull.head.sha);
}

/** Every App with `checks: write` gets a suite for a pushed commit, as GitHub makes them. */
function announceSuites(core: Core, actor: Actor, repository: Repository, branch: string, update: RefUpdate): void {
  const checks = checkActions(core);
  const installed = core.installations.filter(
    (one) => one.repositoryIds.has(repository.id) && one.permissions.checks === "write",
  );
  for (const { app } of installed) {
    if (repository.suites.some((suite) => suite.app === app && suite.headSha === update.after)) continue;
    checks.requestCheckSuite(actor, repository, app, {
      headSha: update.after,
      headBranch: branch,
      before: update.before,
    });
  }
}
