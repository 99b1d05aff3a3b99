// Reactions to issues and comments. GitHub sends no webhook for them.
import { type Core, nodeId, requireAccess } from "../core.ts";
import type { Actor, Comment, Issue, Reaction, ReactionContent, Review, ReviewComment } from "../model.ts";
import { unprocessable } from "../refusal.ts";

type Subject = Issue | Comment | Review | ReviewComment;

export interface ReactionActions {
  /** The same reaction by the same user twice is one: `created` says whether it is new. */
  addReaction(actor: Actor, subject: Subject, content: ReactionContent): { reaction: Reaction; created: boolean };
  removeReaction(actor: Actor, subject: Subject, id: number): void;
}

const reactionContents: readonly ReactionContent[] = [
  "+1",
  "-1",
  "laugh",
  "confused",
  "heart",
  "hooray",
  "rocket",
  "eyes",
];

export function reactionActions(core: Core): ReactionActions {
  return {
    addReaction: (actor, subject, content) => {
      requireAccess(actor, repositoryOf(subject), "read");
      if (!reactionContents.includes(content))
        throw unprocessable({ resource: "Reaction", code: "invalid", field: "content" });
      const known = subject.reactions.find((one) => one.user === actor.user && one.content === content);
      if (known) return { reaction: known, created: false };
      const id = core.nextId();
      const reaction: Reaction = { id, nodeId: nodeId("REA", id), user: actor.user, content, createdAt: core.now() };
      subject.reactions.push(reaction);
      core.register({ type: "Reaction", value: reaction });
      return { reaction, created: true };
    },
    removeReaction: (actor, subject, id) => {
      requireAccess(actor, repositoryOf(subject), "read");
      subject.reactions = subject.reactions.filter((one) => one.id !== id || one.user !== actor.user);
    },
  };
}

function repositoryOf(subject: Subject) {
  if ("pull" in subject && "commitId" in subject) return subject.pull.issue.repository;
  return "issue" in subject ? subject.issue.repository : subject.repository;
}
