// Adds labels of ours to an issue and takes others of ours off, in one request; what people set is never written back.
import { z } from "zod";
import { atMost } from "../../base/at-most.ts";
import { Fault } from "../../base/fault.ts";
import { holdLabel, planLabel, statusLabels } from "../../loop/end.ts";
import type { IssueRef } from "../../loop/state.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { issueNode, labelNode, missingLabels, ourLabels, readLabels, repositoryNode } from "../read/labels.ts";

interface LabelChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** REST sets a whole list, which may be stale by then, or one label a request; two fields of one mutation go together. */
const text = {
  add: "added: addLabelsToLabelable(input: { labelableId: $issue, labelIds: $add }) { clientMutationId }",
  remove: "removed: removeLabelsFromLabelable(input: { labelableId: $issue, labelIds: $remove }) { clientMutationId }",
};

/**
 * One request where the ids are known, as they are after a claim; one more to look them up, and one more where the
 * repository lacks labels of ours and they are created. A label that is not there need not be removed. Throws `Fault`.
 */
export async function changeLabels(connection: Connection, issue: IssueRef, change: LabelChange): Promise<void> {
  const wasKnown = isKnown(connection, issue, change);
  if (!wasKnown) await readLabels(connection, issue, namesIn(change));
  try {
    await createMissing(connection, issue, change.add);
    await send(connection, issue, change);
  } catch (error) {
    if (!wasKnown || !isStale(error)) throw error;
    // Somebody deleted a label, or made it anew, since its id was read.
    connection.nodes.forget(repositoryNode(issue));
    await changeLabels(connection, issue, change);
  }
}

function isStale(error: unknown): boolean {
  return error instanceof Fault && (error.kind === "not_found" || error.kind === "refused");
}

/** All that is to be removed must have been looked for once; what the repository does not have stays unknown. */
function isKnown({ nodes }: Connection, issue: IssueRef, { remove }: LabelChange): boolean {
  const asked = remove.filter((name) => !ourLabels.includes(name));
  return (
    nodes.get(issueNode(issue)) !== undefined && asked.every((name) => nodes.get(labelNode(issue, name)) !== undefined)
  );
}

function namesIn({ add, remove }: LabelChange): string[] {
  return [...add, ...remove].filter((name) => !ourLabels.includes(name));
}

async function send(connection: Connection, issue: IssueRef, change: LabelChange): Promise<void> {
  const { nodes } = connection;
  const add = idsOf(connection, issue, change.add);
  const remove = idsOf(connection, issue, change.remove);
  const parts = [...(add.length > 0 ? ["add" as const] : []), ...(remove.length > 0 ? ["remove" as const] : [])];
  if (parts.length === 0) return;
  const declared = ["$issue: ID!", ...parts.map((part) => `$${part}: [ID!]!`)].join(", ");
  const attempted = `Could not change the labels of ${issue.owner}/${issue.name}#${issue.number}`;
  await query(connection, issue, {
    attempted,
    shape: z.object({}),
    text: `mutation ChangeLabels(${declared}) { ${parts.map((part) => text[part]).join(" ")} }`,
    variables: {
      issue: nodes.get(issueNode(issue)),
      ...(add.length > 0 ? { add } : {}),
      ...(remove.length > 0 ? { remove } : {}),
    },
  });
}

function idsOf({ nodes }: Connection, issue: IssueRef, names: readonly string[]): string[] {
  return names.flatMap((name) => nodes.get(labelNode(issue, name)) ?? []);
}

/** How our labels look, where we create them. */
const looks: Readonly<Record<string, Look>> = {
  [statusLabels.running]: { color: "1d76db", description: "Loopgate is working on this issue" },
  [statusLabels.gate]: { color: "fbca04", description: "Loopgate waits for a person" },
  [statusLabels.well]: { color: "0e8a16", description: "Loopgate's work on this issue ended well" },
  [statusLabels.without]: { color: "b60205", description: "Loopgate stopped without a result" },
  [planLabel]: { color: "c2e0c6", description: "Set it first: Loopgate plans, and works once a person has approved" },
  [holdLabel]: { color: "d4c5f9", description: "Set it, and Loopgate begins nothing new on this issue" },
};

/** As GitHub shows a label that nobody described. */
const plain: Look = { color: "ededed", description: "" };

const Created = z.record(z.string(), z.object({ label: z.object({ id: z.string(), name: z.string() }) }));

/** Once in a repository's life: all of ours that it lacks, together with whatever else is to be added. */
async function createMissing(connection: Connection, issue: IssueRef, add: readonly string[]): Promise<void> {
  const isMissing = (name: string) => connection.nodes.get(labelNode(issue, name)) === undefined;
  if (!add.some(isMissing)) return;
  await inTurn(connection)(() => createAll(connection, issue, add, isMissing));
}

/** One after the other: of a crowd of loops that begin in a new repository only the first makes its labels. */
function inTurn({ nodes }: Connection): ReturnType<typeof atMost> {
  const known = turns.get(nodes) ?? atMost(1);
  turns.set(nodes, known);
  return known;
}

const turns = new WeakMap<Connection["nodes"], ReturnType<typeof atMost>>();

async function createAll(
  connection: Connection,
  issue: IssueRef,
  add: readonly string[],
  isMissing: (name: string) => boolean,
): Promise<void> {
  if (!add.some(isMissing)) return; // made meanwhile
  const names = [...new Set([...ourLabels, ...add])].filter(isMissing);
  try {
    await create(
      connection,
      issue,
      names.map((name) => ({ name, ...(looks[name] ?? plain) })),
    );
  } catch (error) {
    // A person, or another process of ours, may have created them meanwhile.
    if (!(error instanceof Fault) || error.kind !== "refused") throw error;
    await readLabels(connection, issue, names);
    if (add.some(isMissing)) throw error;
  }
}

/**
 * Makes each label of ours that the repository lacks, and the trigger; none that is there is changed. One request, and one more where any is missing. Where somebody makes one of
 * them in the same moment, GitHub makes the others. Throws `Fault`.
 */
export async function makeLabels(connection: Connection, repository: Repository, trigger: string): Promise<void> {
  const missing = await missingLabels(connection, repository, trigger);
  if (missing.length === 0) return;
  const begins = { color: "0052cc", description: "Set it, and Loopgate works on this issue" };
  const wanted = missing.map((name) => ({ name, ...(name === trigger ? begins : (looks[name] ?? plain)) }));
  await create(connection, repository, wanted);
}

interface Look {
  readonly color: string;
  readonly description: string;
}

async function create(
  connection: Connection,
  repository: Repository,
  labels: readonly (Look & { readonly name: string })[],
): Promise<void> {
  const { nodes } = connection;
  const declared = labels.map((_, index) => `$label${index}: CreateLabelInput!`);
  const made = labels.map((_, index) => `made${index}: createLabel(input: $label${index}) { label { id name } }`);
  const repositoryId = nodes.get(repositoryNode(repository));
  const created = await query(connection, repository, {
    attempted: `Could not create labels in ${repository.owner}/${repository.name}`,
    shape: Created,
    text: `mutation CreateLabels(${declared.join(", ")}) { ${made.join(" ")} }`,
    variables: Object.fromEntries(labels.map((one, index) => [`label${index}`, { repositoryId, ...one }])),
  });
  for (const { label } of Object.values(created)) nodes.keep(labelNode(repository, label.name), label.id);
}
