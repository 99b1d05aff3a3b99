// The node ids of an issue and of the labels that Loopgate sets on it: read along with a claim, or by themselves.
import { z } from "zod";
import { holdLabel, planLabel, statusLabels } from "../../loop/end.ts";
import type { IssueRef } from "../../loop/state.ts";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";

/** Every label of ours, once: those that show a status, and those that people set. */
export const ourLabels: readonly string[] = [...new Set<string>(Object.values(statusLabels)), holdLabel, planLabel];

export const Label = z.object({ id: z.string(), name: z.string() });

const aliases = {
  running: statusLabels.running,
  gate: statusLabels.gate,
  well: statusLabels.well,
  without: statusLabels.without,
  hold: holdLabel,
  plan: planLabel,
} as const;

/** Selects our labels of a repository, as far as it has them. */
export const statusLabelFields = Object.entries(aliases)
  .map(([alias, name]) => `${alias}Label: label(name: ${JSON.stringify(name)}) { id name }`)
  .join(" ");

/** A repository as `id` and `statusLabelFields` select it. */
export const LabelsOfRepository = z.object({
  id: z.string(),
  runningLabel: Label.nullable(),
  gateLabel: Label.nullable(),
  wellLabel: Label.nullable(),
  withoutLabel: Label.nullable(),
  holdLabel: Label.nullable(),
  planLabel: Label.nullable(),
});

interface LabelledIssue {
  readonly id: string;
  readonly labels: { readonly nodes: readonly z.infer<typeof Label>[] } | null;
}

/** Keeps what a read brought, for the changes that follow. */
export function rememberLabels(
  { nodes }: Connection,
  issue: IssueRef,
  repository: z.infer<typeof LabelsOfRepository>,
  found: LabelledIssue | object,
): void {
  const ours = Object.keys(aliases) as (keyof typeof aliases)[];
  const labels = ours.map((alias) => repository[`${alias}Label`]);
  nodes.keep(repositoryNode(issue), repository.id);
  if ("id" in found) {
    nodes.keep(issueNode(issue), found.id);
    labels.push(...(found.labels?.nodes ?? []));
  }
  for (const label of labels) if (label !== null) nodes.keep(labelNode(issue, label.name), label.id);
}

/** Under these names the ids are kept; a label's without regard to case, as GitHub compares them. */
export function repositoryNode({ repositoryId }: Repository): string {
  return `${repositoryId}/`;
}

export function issueNode(issue: IssueRef): string {
  return `${issue.repositoryId}/issue/${issue.number}`;
}

export function labelNode({ repositoryId }: Repository, name: string): string {
  return `${repositoryId}/label/${name.toLowerCase()}`;
}

const Answer = z.object({
  repository: LabelsOfRepository.extend({
    databaseId: z.number(),
    issue: z.object({ id: z.string() }), // a pull request has labels too
  }).catchall(z.unknown()),
});

/** Asks for the issue, our labels and these. One request. Throws `Fault`. */
export async function readLabels(connection: Connection, issue: IssueRef, names: readonly string[]): Promise<void> {
  const { owner, name, number } = issue;
  const attempted = `Could not look up the labels of ${owner}/${name}#${number}`;
  const asked = names.map((_, index) => `$name${index}: String!`);
  const text = `
query ReadLabels(${["$owner: String!, $name: String!, $number: Int!", ...asked].join(", ")}) {
  repository(owner: $owner, name: $name) {
    id databaseId ${statusLabelFields}
    issue: issueOrPullRequest(number: $number) { ... on Issue { id } ... on PullRequest { id } }
    ${names.map((_, index) => `named${index}: label(name: $name${index}) { id name }`).join(" ")}
  }
}`;
  const variables = { owner, name, number, ...Object.fromEntries(names.map((one, index) => [`name${index}`, one])) };
  const { repository } = await query(connection, issue, { attempted, shape: Answer, text, variables });
  requireSameRepository(issue, repository.databaseId, attempted);
  const named = names.flatMap((_, index) => Label.nullable().parse(repository[`named${index}`] ?? null) ?? []);
  rememberLabels(connection, issue, repository, { id: repository.issue.id, labels: { nodes: named } });
}

const OwnAnswer = z.object({
  repository: LabelsOfRepository.extend({ databaseId: z.number(), triggerLabel: Label.nullable() }),
});

/** Resolves to the names that the repository lacks, of our labels and the trigger. One request. Throws `Fault`. */
export async function missingLabels(
  connection: Connection,
  repository: Repository,
  trigger: string,
): Promise<readonly string[]> {
  const { owner, name } = repository;
  const attempted = `Could not look up the labels of ${owner}/${name}`;
  const text = `
query MissingLabels($owner: String!, $name: String!, $trigger: String!) {
  repository(owner: $owner, name: $name) {
    id databaseId ${statusLabelFields}
    triggerLabel: label(name: $trigger) { id name }
  }
}`;
  const variables = { owner, name, trigger };
  const answer = await query(connection, repository, { attempted, shape: OwnAnswer, text, variables });
  requireSameRepository(repository, answer.repository.databaseId, attempted);
  rememberLabels(connection, { ...repository, number: 0 }, answer.repository, {});
  const { triggerLabel, ...found } = answer.repository;
  const ours = (Object.keys(aliases) as (keyof typeof aliases)[]).filter((alias) => found[`${alias}Label`] === null);
  return [...new Set([...ours.map((alias) => aliases[alias]), ...(triggerLabel === null ? [trigger] : [])])];
}
