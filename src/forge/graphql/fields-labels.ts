// The mutations of labels: created in a repository, added to an issue or pull request, taken off it.
import type { Issue, Label, Pull, Repository } from "../model.ts";
import { declined, noSuchNode } from "./errors.ts";
import { need, nodeSource, subjectSource } from "./reach.ts";
import { type Args, type Fields, fieldsOf, type Reading, source } from "./source.ts";

interface Labelled {
  readonly issue: Issue;
  readonly input: Args["input"];
}

const changed = fieldsOf<Labelled>({
  labelable: ({ issue }, _args, reading) => subjectSource(issue, reading),
  clientMutationId: ({ input }) => input.clientMutationId ?? null,
});

export const labelMutations: { readonly fields: Fields; readonly payloads: Readonly<Record<string, Fields>> } = {
  fields: fieldsOf<null>({
    addLabelsToLabelable: (_root, { input }, reading) => {
      const { issue, labels } = named(input, reading);
      reading.world.addLabels(
        reading.actor,
        issue,
        labels.map(({ name }) => name),
      );
      return source("AddLabelsToLabelablePayload", { issue, input });
    },
    // Labels that are not on it are left out without a word.
    removeLabelsFromLabelable: (_root, { input }, reading) => {
      const { issue, labels } = named(input, reading);
      for (const label of labels) {
        if (issue.labels.includes(label)) reading.world.removeLabel(reading.actor, issue, label.name);
      }
      return source("RemoveLabelsFromLabelablePayload", { issue, input });
    },
    createLabel: (_root, { input }, reading) => {
      const { repositoryId, name, color, description } = input;
      const found = nodeSource(repositoryId, reading);
      if (found.type !== "Repository") throw noSuchNode(repositoryId);
      const repository = found.value as Repository;
      need(repository, reading, ["issues", "pull_requests"], "write");
      if (repository.labels.some((one) => one.name.toLowerCase() === name.toLowerCase()))
        throw declined("UNPROCESSABLE", "Name has already been taken");
      const label = reading.world.createLabel(reading.actor, repository, {
        name,
        color,
        description: description ?? null,
      });
      return source("CreateLabelPayload", { label, input });
    },
  }),
  payloads: {
    AddLabelsToLabelablePayload: changed,
    RemoveLabelsFromLabelablePayload: changed,
    CreateLabelPayload: fieldsOf<{ readonly label: Label; readonly input: Args["input"] }>({
      label: ({ label }) => source("Label", label),
      clientMutationId: ({ input }) => input.clientMutationId ?? null,
    }),
  },
};

/** What the input names; a label of another repository is as unknown as one that is gone. */
function named({ labelableId, labelIds }: Args["input"], reading: Reading): { issue: Issue; labels: Label[] } {
  const found = nodeSource(labelableId, reading);
  if (found.type !== "Issue" && found.type !== "PullRequest") throw noSuchNode(labelableId);
  const issue = found.type === "Issue" ? (found.value as Issue) : (found.value as Pull).issue;
  need(issue.repository, reading, ["issues", "pull_requests"], "write");
  const labels = labelIds.map((id) => {
    const label = issue.repository.labels.find(({ nodeId }) => nodeId === id);
    if (label === undefined) throw noSuchNode(id);
    return label;
  });
  return { issue, labels };
}
