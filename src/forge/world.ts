// The world of the forge: its state and every action on it. REST, GraphQL, the pages and the people's API all act
// through here, so a webhook leaves whoever acts.
import { type AccountActions, accountActions } from "./actions/accounts.ts";
import { type AuthorizationActions, authorizationActions } from "./actions/authorizations.ts";
import { type AutoMergeActions, autoMergeActions } from "./actions/auto-merge.ts";
import { type CheckActions, checkActions } from "./actions/checks.ts";
import { type CommentActions, commentActions } from "./actions/comments.ts";
import { type IssueActions, issueActions } from "./actions/issues.ts";
import { type LabelActions, labelActions } from "./actions/labels.ts";
import { type MergeActions, mergeActions } from "./actions/merge.ts";
import { type MergeQueueActions, mergeQueueActions } from "./actions/merge-queue.ts";
import { type PullActions, pullActions } from "./actions/pulls.ts";
import { type ReactionActions, reactionActions } from "./actions/reactions.ts";
import { type RefActions, refActions } from "./actions/refs.ts";
import { type RegistrationActions, registrationActions } from "./actions/registration.ts";
import { type RepositoryActions, repositoryActions } from "./actions/repositories.ts";
import { type ReviewActions, reviewActions } from "./actions/reviews.ts";
import { type StatusActions, statusActions } from "./actions/statuses.ts";
import { type TokenActions, tokenActions } from "./actions/tokens.ts";
import { type WorkflowActions, workflowActions } from "./actions/workflow-runs.ts";
import { type Core, type CoreOptions, createCore } from "./core.ts";

export type World = Core &
  AccountActions &
  RegistrationActions &
  TokenActions &
  AuthorizationActions &
  RepositoryActions &
  IssueActions &
  LabelActions &
  CommentActions &
  ReactionActions &
  PullActions &
  ReviewActions &
  MergeActions &
  MergeQueueActions &
  AutoMergeActions &
  RefActions &
  CheckActions &
  StatusActions &
  WorkflowActions;

/** An empty world. Every action takes the actor first, keeps the invariants, and throws `Refusal` as GitHub would answer. */
export function createWorld(options: CoreOptions): World {
  const core = createCore(options);
  const accounts = accountActions(core);
  return Object.assign(
    core,
    accounts,
    registrationActions(core, accounts),
    tokenActions(core),
    authorizationActions(core),
    repositoryActions(core),
    issueActions(core),
    labelActions(core),
    commentActions(core),
    reactionActions(core),
    pullActions(core),
    reviewActions(core),
    mergeActions(core),
    mergeQueueActions(core),
    autoMergeActions(core),
    refActions(core),
    checkActions(core),
    statusActions(core),
    workflowActions(core),
  );
}
