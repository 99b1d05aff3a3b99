// The states of issues, pull requests, checks and reviews as a word, a colour and an icon.

import { html } from "hono/html";
import { latestRuns } from "../actions/latest.ts";
import { latestStatuses } from "../actions/statuses.ts";
import type { CheckRun, CommitStatus, Issue, Repository, ReviewState } from "../model.ts";
import { type IconName, icon } from "./icon.ts";
import type { Html } from "./view.ts";

export interface Look {
  readonly word: string;
  readonly tone: "good" | "bad" | "waiting" | "quiet" | "done";
  readonly icon: IconName;
}

/** How an issue or pull request stands. */
export function issueLook(issue: Issue): Look {
  if (issue.pull?.merged) return { word: "Merged", tone: "done", icon: "merged" };
  if (issue.pull && issue.state === "closed") return { word: "Closed", tone: "bad", icon: "pull" };
  if (issue.pull?.draft) return { word: "Draft", tone: "quiet", icon: "draft" };
  if (issue.pull) return { word: "Open", tone: "good", icon: "pull" };
  if (issue.state === "open") return { word: "Open", tone: "good", icon: "open" };
  return issue.stateReason === "not_planned"
    ? { word: "Closed as not planned", tone: "quiet", icon: "skipped" }
    : { word: "Closed", tone: "done", icon: "closed" };
}

/** How a check run stands. */
export function runLook(run: CheckRun): Look {
  if (run.status === "queued") return { word: "Queued", tone: "waiting", icon: "dot" };
  if (run.status === "in_progress") return { word: "In progress", tone: "waiting", icon: "dot" };
  switch (run.conclusion) {
    case "success":
      return { word: "Successful", tone: "good", icon: "check" };
    case "failure":
      return { word: "Failing", tone: "bad", icon: "cross" };
    case "timed_out":
      return { word: "Timed out", tone: "bad", icon: "cross" };
    case "action_required":
      return { word: "Action required", tone: "bad", icon: "cross" };
    case "cancelled":
      return { word: "Cancelled", tone: "quiet", icon: "skipped" };
    case "skipped":
      return { word: "Skipped", tone: "quiet", icon: "skipped" };
    case "stale":
      return { word: "Stale", tone: "quiet", icon: "skipped" };
    default:
      return { word: "Neutral", tone: "quiet", icon: "skipped" };
  }
}

/** How a commit status stands. */
export function statusLook(status: CommitStatus): Look {
  if (status.state === "success") return { word: "Successful", tone: "good", icon: "check" };
  if (status.state === "pending") return { word: "Pending", tone: "waiting", icon: "dot" };
  return { word: status.state === "error" ? "Error" : "Failing", tone: "bad", icon: "cross" };
}

/** How a review stands. */
export function reviewLook(state: ReviewState): Look {
  switch (state) {
    case "APPROVED":
      return { word: "approved these changes", tone: "good", icon: "check" };
    case "CHANGES_REQUESTED":
      return { word: "requested changes", tone: "bad", icon: "file" };
    case "DISMISSED":
      return { word: "had a review that was dismissed", tone: "quiet", icon: "skipped" };
    default:
      return { word: "reviewed", tone: "quiet", icon: "eye" };
  }
}

/** The newest run of each name and App, and the newest status of each context, on one commit. */
export function checksOf(repository: Repository, sha: string): { runs: CheckRun[]; statuses: CommitStatus[] } {
  const runs = latestRuns(repository.runs.filter((run) => run.headSha === sha));
  return { runs, statuses: latestStatuses(repository, sha) };
}

/** All checks of a commit as one look, or null when nothing has reported: silence is not success. */
export function commitLook(repository: Repository, sha: string): Look | null {
  const { runs, statuses } = checksOf(repository, sha);
  const looks = [...runs.map(runLook), ...statuses.map(statusLook)];
  const bad = looks.filter((look) => look.tone === "bad").length;
  const waiting = looks.filter((look) => look.tone === "waiting").length;
  if (looks.length === 0) return null;
  if (waiting > 0) return { word: "Some checks have not completed yet", tone: "waiting", icon: "dot" };
  if (bad > 0)
    return {
      word: bad === looks.length ? "All checks have failed" : "Some checks were not successful",
      tone: "bad",
      icon: "cross",
    };
  return { word: "All checks have passed", tone: "good", icon: "check" };
}

/** The big pill beside a title. */
export function pill(look: Look): Html {
  return html`<span class="pill ${look.tone}">${icon(look.icon)} ${look.word}</span>`;
}

/** A small coloured icon with its word as tooltip and for those who do not see it. */
export function mark(look: Look): Html {
  return html`<span class="mark ${look.tone}" title="${look.word}">${icon(look.icon)}<span class="unseen">${look.word}</span></span>`;
}
