// The one place where a webhook delivery becomes events: pure, total, and never a throw.
import { ignored, type Self, type Translate, type Translated } from "./translated.ts";
import { translateInstallation, translateInstallationRepositories, translateRepository } from "./webhooks/access.ts";
import { translateCheckRun, translateCheckSuite, translateStatus } from "./webhooks/ci.ts";
import { translateIssueComment } from "./webhooks/issue-comment.ts";
import { translateIssues } from "./webhooks/issues.ts";
import { translatePullRequest } from "./webhooks/pull-request.ts";
import { translateReview } from "./webhooks/pull-request-review.ts";
import { translateReviewComment } from "./webhooks/pull-request-review-comment.ts";
import { translatePush } from "./webhooks/push.ts";

interface Handled {
  readonly translate: Translate;
  /** The top-level keys among `subjects` that a payload of this event has: no more and no fewer. */
  readonly subjects: readonly string[];
}

const handled: ReadonlyMap<string, Handled> = new Map([
  ["check_run", { translate: translateCheckRun, subjects: ["check_run"] }],
  ["check_suite", { translate: translateCheckSuite, subjects: ["check_suite"] }],
  ["installation", { translate: translateInstallation, subjects: [] }],
  ["installation_repositories", { translate: translateInstallationRepositories, subjects: ["repositories_removed"] }],
  ["issue_comment", { translate: translateIssueComment, subjects: ["comment", "issue"] }],
  ["issues", { translate: translateIssues, subjects: ["issue"] }],
  ["pull_request", { translate: translatePullRequest, subjects: ["pull_request"] }],
  ["pull_request_review", { translate: translateReview, subjects: ["pull_request", "review"] }],
  ["pull_request_review_comment", { translate: translateReviewComment, subjects: ["comment", "pull_request"] }],
  ["push", { translate: translatePush, subjects: ["commits"] }],
  ["repository", { translate: translateRepository, subjects: [] }],
  ["status", { translate: translateStatus, subjects: ["context"] }],
]);

/** Every event that `translate` can turn into something. */
export const handledEvents: readonly string[] = [...handled.keys()];

/** Events every App is sent without asking; GitHub refuses a manifest that names them. */
export const unaskedEvents: readonly string[] = ["installation", "installation_repositories"];

const subjects = new Set([...handled.values()].flatMap((one) => one.subjects));

/**
 * Turns one delivery into events for loops, or says why it is ignored. `name` is the event's name as delivered.
 * The signature covers the body only, so the name cannot be trusted: a payload that is another event's by its shape is
 * ignored too (threat T17). A captured `issue_comment.deleted` must not pass for `issues.deleted`.
 */
export function translate(name: string, payload: unknown, self: Self): Translated {
  const event = handled.get(name);
  if (!event) return ignored(`the event ${JSON.stringify(name.slice(0, 100))} is not handled`);
  if (typeof payload !== "object" || payload === null) return ignored("the payload is no object");
  if (!hasSubjects(payload, event.subjects)) return ignored(`the payload is not shaped like the event ${name}`);
  return event.translate(payload, self);
}

function hasSubjects(payload: object, wanted: readonly string[]): boolean {
  const found = Object.keys(payload).filter((key) => subjects.has(key));
  return found.length === wanted.length && wanted.every((key) => found.includes(key));
}
