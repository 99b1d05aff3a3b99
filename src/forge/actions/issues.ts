// Opening, editing, closing and reopening issues (and the same for the issue half of a pull request).
import { type Core, findUser, hasAccess, nodeId, requireAccess } from "../core.ts";
import type { Actor, Issue, Repository } from "../model.ts";
import { type Refusal, unprocessable } from "../refusal.ts";
import { issueShape } from "../shapes/issue.ts";
import { repositoryShape } from "../shapes/repository.ts";
import { emitIssue, note } from "./issue-events.ts";
import { applyLabels, ensureLabel } from "./labels.ts";

export interface NewIssue {
  readonly title: string;
  readonly body?: string | null;
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
}

export interface IssueEdit {
  readonly title?: string;
  readonly body?: string | null;
  readonly state?: "open" | "closed";
  readonly stateReason?: Issue["stateReason"];
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
}

export interface IssueActions {
  openIssue(actor: Actor, repository: Repository, issue: NewIssue): Issue;
  /** Applies each change that differs; a closed or reopened state, labels and text each send their own webhook. */
  editIssue(actor: Actor, issue: Issue, edit: IssueEdit): Issue;
  closeIssue(actor: Actor, issue: Issue, reason?: "completed" | "not_planned"): Issue;
  reopenIssue(actor: Actor, issue: Issue): Issue;
  lockIssue(actor: Actor, issue: Issue): void;
  unlockIssue(actor: Actor, issue: Issue): void;
  /** Closes and locks it, for good; the discussion itself is not here. */
  convertToDiscussion(actor: Actor, issue: Issue): void;
  deleteIssue(actor: Actor, issue: Issue): void;
  /** Moves it to another repository, under a new number; the old one is gone. */
  transferIssue(actor: Actor, issue: Issue, to: Repository): Issue;
}

export const maxBody = 65_536;

export function issueActions(core: Core): IssueActions {
  const actions: IssueActions = {
    openIssue: (actor, repository, wanted) => openIssue(core, actor, repository, wanted),
    editIssue: (actor, issue, edit) => {
      requireEditor(actor, issue);
      editText(core, actor, issue, edit);
      // GitHub drops changes of labels and assignees by those who may not make them, without an error.
      const mayTriage = isTriager(actor, issue.repository);
      if (edit.labels && mayTriage) applyLabels(core, actor, issue, edit.labels);
      if (edit.assignees && mayTriage) issue.assignees = edit.assignees.flatMap((login) => findUser(core, login) ?? []);
      if (edit.state === "closed" && issue.state === "open") close(core, actor, issue, edit.stateReason ?? "completed");
      if (edit.state === "open" && issue.state === "closed") reopen(core, actor, issue);
      return issue;
    },
    closeIssue: (actor, issue, reason = "completed") =>
      actions.editIssue(actor, issue, { state: "closed", stateReason: reason }),
    reopenIssue: (actor, issue) => actions.editIssue(actor, issue, { state: "open" }),
    lockIssue: (actor, issue) => setLocked(core, actor, issue, true),
    unlockIssue: (actor, issue) => setLocked(core, actor, issue, false),
    convertToDiscussion: (actor, issue) => {
      requireAccess(actor, issue.repository, "triage");
      setLocked(core, actor, issue, true);
      close(core, actor, issue, null);
    },
    deleteIssue: (actor, issue) => {
      requireAccess(actor, issue.repository, "admin");
      emitIssue(core, actor, issue, "deleted");
      issue.repository.gone.set(issue.number, null);
      issue.repository.issues.delete(issue.number);
    },
    transferIssue: (actor, issue, to) => {
      requireAccess(actor, issue.repository, "write");
      const moved = openIssue(core, actor, to, { title: issue.title, body: issue.body });
      const changes = { new_issue: issueShape(core, moved), new_repository: repositoryShape(core, to) };
      emitIssue(core, actor, issue, "transferred", { changes });
      issue.repository.gone.set(issue.number, moved);
      issue.repository.issues.delete(issue.number);
      return moved;
    },
  };
  return actions;
}

/** An issue record with the repository's next number; also the issue half of a new pull request. */
export function newIssue(core: Core, actor: Actor, repository: Repository, wanted: NewIssue): Issue {
  if (!wanted.title?.trim()) throw unprocessable({ resource: "Issue", code: "missing_field", field: "title" });
  if ([...(wanted.body ?? "")].length > maxBody) throw tooLong("Issue");
  const id = core.nextId();
  const now = core.now();
  const issue: Issue = {
    id,
    nodeId: nodeId("I", id),
    repository,
    number: ++repository.lastNumber,
    title: wanted.title,
    body: wanted.body ?? null,
    user: actor.user,
    via: actor.app ?? actor.via ?? null,
    state: "open",
    stateReason: null,
    labels: [],
    assignees: (wanted.assignees ?? []).flatMap((login) => findUser(core, login) ?? []),
    locked: false,
    comments: [],
    commentsEver: 0,
    reactions: [],
    timeline: [],
    pull: null,
    closedBy: null,
    closedAt: null,
    createdAt: now,
    updatedAt: now,
  };
  repository.issues.set(issue.number, issue);
  return issue;
}

export function tooLong(resource: string): Refusal {
  return unprocessable({
    resource,
    code: "custom",
    field: "body",
    message: `body is too long (maximum is ${maxBody} characters)`,
  });
}

/** An author may edit their own; others need triage access, an App its token's permission. */
function requireEditor(actor: Actor, issue: Issue): void {
  requireAccess(actor, issue.repository, actor.user === issue.user ? "read" : "triage");
}

function openIssue(core: Core, actor: Actor, repository: Repository, wanted: NewIssue): Issue {
  requireAccess(actor, repository, "read");
  const issue = newIssue(core, actor, repository, wanted);
  core.register({ type: "Issue", value: issue });
  const mayLabel = isTriager(actor, repository);
  issue.labels = mayLabel ? (wanted.labels ?? []).map((name) => ensureLabel(core, repository, name)) : [];
  emitIssue(core, actor, issue, "opened");
  for (const label of issue.labels) {
    note(core, actor, issue, { kind: "labeled", label: label.name });
    emitIssue(core, actor, issue, "labeled", { label: labelOf(core, issue, label.name) });
  }
  return issue;
}

function labelOf(core: Core, issue: Issue, name: string): unknown {
  return (issueShape(core, issue).labels as { name: string }[]).find((label) => label.name === name);
}

function isTriager(actor: Actor, repository: Repository): boolean {
  return actor.app !== null || hasAccess(actor.user, repository, "triage");
}

function editText(core: Core, actor: Actor, issue: Issue, edit: IssueEdit): void {
  const changes: Record<string, { from: string | null }> = {};
  if (edit.title !== undefined && edit.title !== issue.title) {
    if (!edit.title.trim()) throw unprocessable({ resource: "Issue", code: "missing_field", field: "title" });
    changes.title = { from: issue.title };
    note(core, actor, issue, { kind: "renamed", from: issue.title, to: edit.title });
    issue.title = edit.title;
  }
  if (edit.body !== undefined && edit.body !== issue.body) {
    if ([...(edit.body ?? "")].length > maxBody) throw tooLong("Issue");
    changes.body = { from: issue.body };
    issue.body = edit.body;
  }
  if (Object.keys(changes).length === 0) return;
  issue.updatedAt = core.now();
  emitIssue(core, actor, issue, "edited", { changes });
}

/** Closes without asking whether the actor may: for merges and deleted branches. */
export function close(core: Core, actor: Actor, issue: Issue, reason: Issue["stateReason"]): void {
  issue.state = "closed";
  issue.stateReason = issue.pull ? null : reason;
  issue.closedAt = core.now();
  issue.closedBy = actor.user;
  note(core, actor, issue, { kind: "closed" });
  emitIssue(core, actor, issue, "closed");
}

function reopen(core: Core, actor: Actor, issue: Issue): void {
  if (issue.pull?.merged)
    throw unprocessable({
      resource: "PullRequest",
      code: "custom",
      field: "state",
      message: "Merged pull requests cannot be reopened.",
    });
  issue.state = "open";
  issue.stateReason = issue.pull ? null : "reopened";
  issue.closedAt = null;
  issue.closedBy = null;
  note(core, actor, issue, { kind: "reopened" });
  emitIssue(core, actor, issue, "reopened");
}

function setLocked(core: Core, actor: Actor, issue: Issue, locked: boolean): void {
  requireAccess(actor, issue.repository, "triage");
  if (issue.locked === locked) return;
  issue.locked = locked;
  issue.updatedAt = core.now();
  emitIssue(core, actor, issue, locked ? "locked" : "unlocked");
}
