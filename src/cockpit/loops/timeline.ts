// What happened to a loop, in words: each entry of its trace says what came, and what the loop does since.
import { html } from "hono/html";
import type { TraceEntry } from "../../engine/ports.ts";
import type { LoopEvent } from "../../loop/event.ts";
import { Phase } from "../../loop/state.ts";
import type { Html } from "../page/shell.ts";
import { inline, moment } from "./words.ts";

/** What a loop does, where no more than its phase is known. */
const phaseTitles: Readonly<Record<Phase, string>> = {
  queued: "reading the issue",
  preparing: "starting an attempt",
  executing: "the agent is at work",
  publishing: "publishing the change",
  verifying: "the change is being judged",
  resting: "waiting to try again",
  awaiting_plan: "waiting for a person: its plan",
  awaiting_gate: "waiting for a person",
  paused: "paused",
  settled: "ended",
  refused: "not started",
};

const happenings: Readonly<Record<LoopEvent["type"] | "ci_facts", string>> = {
  labelled: "The label was set",
  unlabelled: "The label was taken off",
  issue_closed: "The issue was closed",
  issue_gone: "The issue is out of reach",
  issue_back: "The issue is within reach again",
  renamed: "The repository has another name",
  command: "A command was given",
  command_checked: "GitHub said who gave the command",
  all_paused: "All loops of the repository were paused",
  all_resumed: "All loops of the repository go on",
  hold_set: "The label that holds it was set",
  hold_taken_off: "The label that holds it was taken off",
  priority_set: "Its priority among the loops of the repository changed",
  status_label_changed: "A person changed one of our labels",
  record_edited: "A comment of ours was edited",
  record_deleted: "A comment of ours was deleted",
  review_submitted: "A review came in",
  branch_moved: "The branch moved",
  branch_deleted: "The branch was deleted",
  pull_closed: "The pull request was closed",
  policy_proposed: "A change of the policy was proposed",
  restored: "The loop came back from its thread",
  record_tampered: "The record in the thread cannot be relied on",
  ci_changed: "CI reported something",
  checks_pending: "Checks of the commit are going still",
  conflict_seen: "The branch conflicts with its base, or lacks something of it",
  auto_merge: "Auto-merge was switched on, or off",
  queue_left: "The pull request left the merge queue",
  alarm: "Time went by",
  clock_set_back: "This machine's clock was set back",
  claim_read: "The issue, the policy and the person were read",
  retry_read: "The issue was read again",
  status_posted: "The status comment was written",
  attempt_posted: "The attempt's comment was written",
  run_queued: "A run waits for a free container",
  day_full: "A run waits for the day to turn: its limit is reached",
  run_delayed: "A run could not start yet",
  run_started: "A run started",
  words_heard: "The agent was told what a person said",
  run_ended: "A run ended",
  published: "The change is on the branch",
  publish_overtaken: "Somebody else's commit is on the branch",
  publish_refused: "GitHub declined the push",
  pull_opened: "The pull request was opened",
  reviewers_asked: "Reviewers were asked",
  pull_ready: "The pull request is ready for review",
  verdict_read: "CI and the judges were read",
  checks_rerun: "Checks were asked to run again",
  branch_updated: "The base was merged into the branch",
  gate_read: "The gate was read",
  effect_failed: "Something could not be done",
  schedules_seen: "The schedules of the repository were read",
  repository_added: "The App may work in the repository from now on",
  ci_facts: "What CI says was noted",
};

/** Newest first, as it is given. */
export function timeline(trace: readonly TraceEntry[]): Html {
  const rows = trace.map(({ at, kind, detail }) => {
    const what = (happenings as Readonly<Record<string, string>>)[kind] ?? kind.replaceAll("_", " ");
    const { note } = detail as { note?: unknown };
    const more = typeof note === "string" && note !== "" ? html`<span class="quiet">${inline(note)}</span>` : "";
    return html`<li>${moment(at)} <strong>${what}</strong>${step(detail)} ${more}</li>`;
  });
  return rows.length === 0 ? html`<p class="quiet">Nothing is recorded.</p>` : html`<ol class="timeline">${rows}</ol>`;
}

/** Since then it does something else. */
function step({ before, after }: TraceEntry["detail"]): Html | "" {
  const phase = Phase.safeParse(after);
  return phase.success && before !== after ? html` → <span class="step">${phaseTitles[phase.data]}</span>` : "";
}
