// What happened to an issue beside its comments, as GraphQL lists it.
import type { Issue, TimelineEntry } from "../model.ts";
import { connection, type Item } from "./connection.ts";
import { type Args, actorSource, dateTime, type Fields, fieldsOf, type Source, source } from "./source.ts";

/** The kinds of entry that are served, under the names of GitHub's types and of its filter. */
const served = {
  labeled: { type: "LabeledEvent", filter: "LABELED_EVENT" },
  unlabeled: { type: "UnlabeledEvent", filter: "UNLABELED_EVENT" },
  closed: { type: "ClosedEvent", filter: "CLOSED_EVENT" },
  reopened: { type: "ReopenedEvent", filter: "REOPENED_EVENT" },
  head_deleted: { type: "HeadRefDeletedEvent", filter: "HEAD_REF_DELETED_EVENT" },
  added_to_merge_queue: { type: "AddedToMergeQueueEvent", filter: "ADDED_TO_MERGE_QUEUE_EVENT" },
  removed_from_merge_queue: { type: "RemovedFromMergeQueueEvent", filter: "REMOVED_FROM_MERGE_QUEUE_EVENT" },
} as const;

interface LabelEntry extends TimelineEntry {
  readonly issue: Issue;
  readonly what: { kind: "labeled" | "unlabeled"; label: string };
}

interface RemovalEntry extends TimelineEntry {
  readonly what: { kind: "removed_from_merge_queue"; reason: string };
}

const happened = {
  id: (entry: TimelineEntry) => `TE_${entry.id}`,
  actor: (entry: TimelineEntry) => actorSource(entry.actor),
  createdAt: (entry: TimelineEntry) => dateTime(entry.at),
};

const labelling = fieldsOf<LabelEntry>({
  ...happened,
  label: ({ issue, what }) => {
    const known = issue.repository.labels.find((label) => label.name === what.label);
    return source("Label", known ?? { nodeId: "LA_gone", name: what.label, color: "ededed", description: null });
  },
});

export const timelineFields: Readonly<Record<string, Fields>> = {
  LabeledEvent: labelling,
  UnlabeledEvent: labelling,
  ClosedEvent: fieldsOf<TimelineEntry>(happened),
  ReopenedEvent: fieldsOf<TimelineEntry>(happened),
  HeadRefDeletedEvent: fieldsOf<TimelineEntry>(happened),
  AddedToMergeQueueEvent: fieldsOf<TimelineEntry>(happened),
  RemovedFromMergeQueueEvent: fieldsOf<RemovalEntry>({ ...happened, reason: ({ what }) => what.reason }),
};

/** The entries of the asked kinds, oldest first; `type` is the connection's, which a pull request has of its own. */
export function timelineOf(
  issue: Issue,
  args: Args,
  field: string,
  type: "IssueTimelineItemsConnection" | "PullRequestTimelineItemsConnection" = "IssueTimelineItemsConnection",
): Source {
  const wanted = args.itemTypes ?? Object.values(served).map(({ filter }) => filter);
  const items = issue.timeline.flatMap((entry): Item[] => {
    const kind = kindOf(entry);
    if (kind === null || !wanted.includes(kind.filter)) return [];
    return [{ key: entry.id, node: source(kind.type, { ...entry, issue }) }];
  });
  return connection(type, field, args, items);
}

function kindOf({ what }: TimelineEntry): (typeof served)[keyof typeof served] | null {
  return what.kind in served ? served[what.kind as keyof typeof served] : null;
}
