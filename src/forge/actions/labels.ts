// Labels of a repository and on issues and pull requests.
import { type Core, nodeId, requireAccess } from "../core.ts";
import type { Actor, Issue, Label, Repository } from "../model.ts";
import { notFound } from "../refusal.ts";
import { labelShape } from "../shapes/label.ts";
import { emitIssue, note } from "./issue-events.ts";

export interface LabelActions {
  createLabel(
    actor: Actor,
    repository: Repository,
    label: { name: string; color?: string; description?: string | null },
  ): Label;
  /** Names that the repository does not know become labels of it. Returns all labels now on the issue. */
  addLabels(actor: Actor, issue: Issue, names: readonly string[]): Label[];
  /** Throws a 404 `Refusal` when the issue does not carry the label. */
  removeLabel(actor: Actor, issue: Issue, name: string): Label[];
  /** Takes a label from the repository, and so off its issues: of each a webhook tells, without saying which label it was. */
  deleteLabel(actor: Actor, repository: Repository, name: string): void;
  /** Makes the issue carry exactly these labels: one webhook per label added or removed. */
  setLabels(actor: Actor, issue: Issue, names: readonly string[]): Label[];
}

export function labelActions(core: Core): LabelActions {
  return {
    createLabel: (actor, repository, label) => {
      requireAccess(actor, repository, "write");
      return ensureLabel(core, repository, label.name, label);
    },
    addLabels: (actor, issue, names) => {
      requireAccess(actor, issue.repository, "triage");
      return applyLabels(core, actor, issue, [...issue.labels.map((label) => label.name), ...names]);
    },
    removeLabel: (actor, issue, name) => {
      requireAccess(actor, issue.repository, "triage");
      if (!issue.labels.some((label) => sameName(label.name, name))) throw notFound();
      return applyLabels(
        core,
        actor,
        issue,
        issue.labels.map((label) => label.name).filter((one) => !sameName(one, name)),
      );
    },
    deleteLabel: (actor, repository, name) => {
      requireAccess(actor, repository, "write");
      const label = repository.labels.find((one) => sameName(one.name, name));
      if (!label) throw notFound();
      repository.labels = repository.labels.filter((one) => one !== label);
      core.nodes.delete(label.nodeId);
      for (const issue of repository.issues.values()) {
        if (!issue.labels.includes(label)) continue;
        issue.labels = issue.labels.filter((one) => one !== label);
        emitIssue(core, actor, issue, "unlabeled");
      }
    },
    setLabels: (actor, issue, names) => {
      requireAccess(actor, issue.repository, "triage");
      return applyLabels(core, actor, issue, names);
    },
  };
}

/** The repository's label of that name, made if missing. Names differ only by more than case. */
export function ensureLabel(
  core: Core,
  repository: Repository,
  name: string,
  wanted: { color?: string; description?: string | null } = {},
): Label {
  const known = repository.labels.find((label) => sameName(label.name, name));
  if (known) return known;
  const id = core.nextId();
  const label: Label = {
    id,
    nodeId: nodeId("LA", id),
    name,
    color: wanted.color ?? "ededed",
    description: wanted.description ?? null,
  };
  repository.labels.push(label);
  core.register({ type: "Label", value: label });
  return label;
}

/** Makes the issue carry exactly these labels, telling of each difference. */
export function applyLabels(core: Core, actor: Actor, issue: Issue, names: readonly string[]): Label[] {
  const wanted = [...new Set(names.map((name) => ensureLabel(core, issue.repository, name)))];
  const before = issue.labels;
  const tell = (kind: "labeled" | "unlabeled", label: Label) => {
    note(core, actor, issue, { kind, label: label.name });
    emitIssue(core, actor, issue, kind, { label: labelShape(core, issue.repository, label) });
  };
  for (const label of before.filter((one) => !wanted.includes(one))) {
    issue.labels = issue.labels.filter((one) => one !== label);
    tell("unlabeled", label);
  }
  for (const label of wanted.filter((one) => !before.includes(one))) {
    issue.labels = [...issue.labels, label];
    tell("labeled", label);
  }
  return issue.labels;
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
