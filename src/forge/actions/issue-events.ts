// What is told of an issue or a pull request: its webhook, and the entry in its timeline.
import type { Core } from "../core.ts";
import type { Actor, Issue, TimelineEntry } from "../model.ts";
import { issueShape } from "../shapes/issue.ts";
import { pullShape } from "../shapes/pull.ts";

/** Sends the event under `issues` or, for a pull request, under `pull_request`. */
export function emitIssue(
  core: Core,
  actor: Actor,
  issue: Issue,
  action: string,
  more: Record<string, unknown> = {},
): void {
  const subject = issue.pull
    ? { number: issue.number, pull_request: pullShape(core, issue.pull) }
    : { issue: issueShape(core, issue) };
  const event = issue.pull ? "pull_request" : "issues";
  core.emit({ event, action, actor, repository: issue.repository, body: { ...subject, ...more } });
}

/** Notes what happened and touches the issue. */
export function note(core: Core, actor: Actor, issue: Issue, what: TimelineEntry["what"]): void {
  issue.timeline.push({ id: core.nextId(), at: core.now(), actor: actor.user, what });
  issue.updatedAt = core.now();
}
