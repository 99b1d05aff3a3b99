// Issues, their labels and comments.
import type { Comment, Issue, Label } from "../model.ts";
import { issueWeb } from "../shapes/issue.ts";
import { association } from "../shapes/user.ts";
import { connection, itemsOf } from "./connection.ts";
import { timelineOf } from "./fields-timeline.ts";
import { actorSource, dateTime, dateTimeOrNull, type Fields, fieldsOf, source } from "./source.ts";

export const issueFields: Readonly<Record<string, Fields>> = {
  Issue: fieldsOf<Issue>({
    id: (issue) => issue.nodeId,
    databaseId: (issue) => issue.id,
    fullDatabaseId: (issue) => String(issue.id),
    number: (issue) => issue.number,
    title: (issue) => issue.title,
    body: (issue) => issue.body ?? "",
    state: (issue) => issue.state.toUpperCase(),
    stateReason: (issue) => issue.stateReason?.toUpperCase() ?? null,
    locked: (issue) => issue.locked,
    closed: (issue) => issue.state === "closed",
    closedAt: (issue) => dateTimeOrNull(issue.closedAt),
    url: (issue, _args, { world }) => issueWeb(world, issue),
    createdAt: (issue) => dateTime(issue.createdAt),
    updatedAt: (issue) => dateTime(issue.updatedAt),
    author: (issue) => actorSource(issue.user),
    authorAssociation: (issue) => association(issue.user, issue.repository),
    viewerDidAuthor: (issue, _args, { actor }) => issue.user === actor.user,
    assignees: (issue, args, _reading, field) =>
      connection("UserConnection", field, args, itemsOf("User", issue.assignees)),
    repository: (issue) => source("Repository", issue.repository),
    labels: (issue, args, _reading, field) =>
      connection("LabelConnection", field, args, itemsOf("Label", issue.labels)),
    comments: (issue, args, _reading, field) =>
      connection("IssueCommentConnection", field, args, itemsOf("IssueComment", issue.comments)),
    timelineItems: (issue, args, _reading, field) => timelineOf(issue, args, field),
  }),
  Label: fieldsOf<Label>({
    id: (label) => label.nodeId,
    name: (label) => label.name,
    color: (label) => label.color,
    description: (label) => label.description,
  }),
  IssueComment: fieldsOf<Comment>({
    id: (comment) => comment.nodeId,
    databaseId: (comment) => comment.id,
    fullDatabaseId: (comment) => String(comment.id),
    author: (comment) => actorSource(comment.user),
    authorAssociation: (comment) => association(comment.user, comment.issue.repository),
    body: (comment) => comment.body,
    url: (comment, _args, { world }) => `${issueWeb(world, comment.issue)}#issuecomment-${comment.id}`,
    issue: ({ issue }) => source("Issue", issue),
    pullRequest: ({ issue }) => issue.pull && source("PullRequest", issue.pull),
    repository: ({ issue }) => source("Repository", issue.repository),
    createdAt: (comment) => dateTime(comment.createdAt),
    updatedAt: (comment) => dateTime(comment.updatedAt),
    lastEditedAt: (comment) => dateTimeOrNull(comment.editedBy === null ? null : comment.updatedAt),
    editor: (comment) => actorSource(comment.editedBy),
    isMinimized: (comment) => comment.minimized !== null,
    minimizedReason: (comment) => comment.minimized,
    viewerDidAuthor: (comment, _args, { actor }) => comment.user === actor.user,
  }),
};
