// An example of every ending the machine makes: each cause, with each way to go on from it. The types miss none.
import { type Cause, Gone } from "../../src/loop/cause.ts";
import type { EndingDraft } from "../../src/loop/end.ts";
import type { Ending } from "../../src/loop/state.ts";
import { sha } from "../loop/builder.ts";

type Example<Of extends Cause["of"]> = Extract<EndingDraft, { of: Of }> & Partial<Pick<Ending, "during">>;

const waiting = { resume: "publish", pendingHead: sha("f") } as const;
const execute = { resume: "execute" } as const;
const verify = { resume: "verify" } as const;
const minute = 60_000;
const attempt = 2;

/** By cause, at least one of each. */
export const everyEnding: { readonly [Of in Cause["of"]]: readonly [Example<Of>, ...Example<Of>[]] } = {
  approved: [{ reason: "task_complete", of: "approved", by: "bob" }],
  approved_and_merged: [{ reason: "task_complete", of: "approved_and_merged", by: "bob" }],
  merged_by_hand: [
    { reason: "task_complete", of: "merged_by_hand", commit: sha("c"), gate: "passed", by: "bob" },
    { reason: "task_complete", of: "merged_by_hand", commit: sha("c"), gate: "not_passed", auto: true, by: "bob" },
    { reason: "task_complete", of: "merged_by_hand", commit: sha("c"), gate: "not_passed", by: "bob" },
    { reason: "task_complete", of: "merged_by_hand", commit: null, gate: "not_reached", by: "bob" },
    { reason: "task_complete", of: "merged_by_hand", commit: sha("c"), gate: "unread", by: "bob" },
  ],
  no_gate: [{ reason: "verifier_passed", of: "no_gate" }],
  nothing_needed: [{ reason: "nothing_to_do", of: "nothing_needed", quote: "sum() is right: see test/sum.test.js." }],
  changed_lines: [{ reason: "budget_limit", of: "changed_lines", attempt, is: 2400, may: 2000, ...waiting }],
  changed_files: [{ reason: "budget_limit", of: "changed_files", attempt, is: 61, may: 60, ...waiting }],
  attempt_time: [
    { reason: "budget_limit", of: "attempt_time", attempt, may: 20 * minute, ...execute },
    { reason: "budget_limit", of: "attempt_time", attempt, may: 20 * minute, ...waiting },
  ],
  loop_time: [
    { reason: "budget_limit", of: "loop_time", may: 720 * minute, ...execute },
    { reason: "budget_limit", of: "loop_time", may: 720 * minute, ...verify },
  ],
  runs: [
    { reason: "budget_limit", of: "runs", is: 20, may: 20, ...execute },
    { reason: "budget_limit", of: "runs", is: 20, may: 20, ...verify },
  ],
  money: [
    { reason: "budget_limit", of: "money", is: 4_620_000_000, may: 5_000_000_000, ...execute },
    { reason: "budget_limit", of: "money", is: 4_620_000_000, may: 5_000_000_000, ...verify },
  ],
  issue_runs: [
    { reason: "budget_limit", of: "issue_runs", loops: 4, is: 60, may: 60, ...execute },
    { reason: "budget_limit", of: "issue_runs", loops: 1, is: 60, may: 60, ...verify },
  ],
  issue_money: [
    { reason: "budget_limit", of: "issue_money", loops: 6, is: 24_100_000_000, may: 25_000_000_000, ...execute },
    { reason: "budget_limit", of: "issue_money", loops: 6, is: 24_100_000_000, may: 25_000_000_000, ...verify },
  ],
  attempts: [{ reason: "retry_limit", of: "attempts", is: 3, ...execute }],
  same_failure: [
    { reason: "no_progress", of: "same_failure", attempt, before: 1, quote: "test: failure", ...execute },
    { reason: "no_progress", of: "same_failure", attempt, before: 1, onBase: true, quote: "test: failure", ...execute },
    {
      reason: "no_progress",
      of: "same_failure",
      attempt,
      before: 1,
      trouble: "memory",
      quote: "nothing was pushed: it ran out of memory; a run may use 2048 MiB",
      ...execute,
    },
    {
      reason: "no_progress",
      of: "same_failure",
      attempt,
      before: 1,
      trouble: "files",
      quote: "nothing was pushed: it wrote more than 16777216 bytes to /loop/out",
      ...execute,
    },
  ],
  key_refused: [
    { reason: "external_dependency_blocked", of: "key_refused", attempt, ...execute },
    { reason: "external_dependency_blocked", of: "key_refused", attempt, ...verify },
  ],
  set_up_failed: [
    {
      reason: "external_dependency_blocked",
      of: "set_up_failed",
      attempt,
      note: "Its command 1, `npm ci`, failed with exit code 1.",
      quote: "npm error code ENOENT",
      ...execute,
    },
    {
      reason: "external_dependency_blocked",
      of: "set_up_failed",
      attempt,
      note: "Its command 1, `npm ci`, failed with exit code 1.",
      ...verify,
    },
    {
      reason: "external_dependency_blocked",
      of: "set_up_failed",
      attempt,
      note: "The image ghcr.io/ours/tools:1 could not be pulled: manifest unknown: manifest unknown.",
      image: true,
      ...execute,
    },
  ],
  command_not_run: [
    {
      reason: "infrastructure_error",
      of: "command_not_run",
      attempt: 1,
      role: "executor",
      exitCode: 127,
      quote: "sh: 1: agent: not found",
      ...execute,
    },
    {
      reason: "infrastructure_error",
      of: "command_not_run",
      attempt: 1,
      role: "reviewer",
      exitCode: 126,
      quote: "sh: 1: /opt/review: Permission denied",
      ...verify,
    },
  ],
  no_plan: [
    { reason: "uncertainty_too_high", of: "no_plan", attempt: 1, quote: "I looked at the totals.", ...execute },
  ],
  plan_denied: [
    {
      reason: "cancelled",
      of: "plan_denied",
      by: "bob",
      quote: "Do not touch the parser.",
      during: "awaiting_plan",
      ...execute,
    },
  ],
  plan_expired: [{ reason: "unanswered", of: "plan_expired", during: "awaiting_plan", ...execute }],
  question: [
    {
      reason: "uncertainty_too_high",
      of: "question",
      attempt,
      quote: "Should sum([]) be 0 or an error?",
      ...execute,
    },
  ],
  own_confidence: [
    {
      reason: "uncertainty_too_high",
      of: "own_confidence",
      attempt,
      is: 0.2,
      least: 0.4,
      quote: "A guess.",
      ...execute,
    },
    {
      reason: "uncertainty_too_high",
      of: "own_confidence",
      attempt,
      is: 0.2,
      least: 0.4,
      quote: "A guess.",
      ...waiting,
    },
  ],
  review_confidence: [
    { reason: "uncertainty_too_high", of: "review_confidence", is: 0.2, least: 0.4, quote: "Perhaps.", ...verify },
  ],
  review_unreadable: [
    { reason: "uncertainty_too_high", of: "review_unreadable", tries: 2, note: "", quote: "no JSON", ...verify },
  ],
  reviewers_disagree: [
    {
      reason: "uncertainty_too_high",
      of: "reviewers_disagree",
      approve: 1,
      reject: 1,
      quote: "Reviewer 1 (approve): It adds.\n\nReviewer 2 (reject): Not below zero.",
      ...verify,
    },
  ],
  canary_approved: [
    {
      reason: "uncertainty_too_high",
      of: "canary_approved",
      planted: "conflict_left",
      path: "src/pay.ts",
      quote: "All fine.",
      ...verify,
    },
  ],
  no_criteria: [
    { reason: "uncertainty_too_high", of: "no_criteria", ...execute },
    { reason: "uncertainty_too_high", of: "no_criteria", unjudged: true, ...execute },
  ],
  not_held: [
    {
      reason: "uncertainty_too_high",
      of: "not_held",
      hunks: 2,
      quote:
        "7 of 9 hunks are held by a test. Not held: src/pay.ts:40–52, src/retry.ts:8–9. The checks stay green without any one of them.",
      ...execute,
    },
  ],
  knock_out_unknown: [
    {
      reason: "uncertainty_too_high",
      of: "knock_out_unknown",
      unknown: 1,
      beyond: 2,
      quote: "8 of 9 hunks are held by a test. Not known: src/pay.ts:40–52. 2 smaller hunks were not tried.",
      ...verify,
    },
    {
      reason: "uncertainty_too_high",
      of: "knock_out_unknown",
      unknown: 0,
      beyond: 0,
      quote: "It came to nothing. Its container was gone when Loopgate started again.",
      ...verify,
    },
  ],
  permission_asked: [
    { reason: "permission_required", of: "permission_asked", attempt, quote: "Change the lock file.", ...execute },
  ],
  packages_asked: [
    { reason: "permission_required", of: "packages_asked", attempt, quote: "npm left-pad\npypi six", ...execute },
    { reason: "permission_required", of: "packages_asked", attempt, quote: "npm left-pad", ...verify },
  ],
  push_declined: [
    { reason: "permission_required", of: "push_declined", quote: "GH013: rule violations", ...waiting },
    {
      reason: "permission_required",
      of: "push_declined",
      ofCommits: true,
      quote: "Commit message must match a given regex pattern: ^fix:",
      ...waiting,
    },
  ],
  merge_declined: [
    { reason: "permission_required", of: "merge_declined", quote: "2 approvals are needed", resume: "gate" },
    { reason: "permission_required", of: "merge_declined", queue: true, quote: "failed_checks", resume: "gate" },
  ],
  risks: [
    { reason: "risky_action_detected", of: "risks", attempt, quote: "Changes a protected file", ...waiting },
    { reason: "risky_action_detected", of: "risks", attempt, quote: "Adds what looks like a secret", ...execute },
  ],
  blocked_on: [
    { reason: "external_dependency_blocked", of: "blocked_on", attempt, quote: "The registry is down.", ...execute },
  ],
  provider_down: [{ reason: "external_dependency_blocked", of: "provider_down", attempt: 3, inVain: 2, ...execute }],
  provider_down_review: [{ reason: "external_dependency_blocked", of: "provider_down_review", tries: 2, ...verify }],
  ci_silent: [
    {
      reason: "external_dependency_blocked",
      of: "ci_silent",
      waited: 60 * minute,
      quote: "test: not reported yet",
      ...verify,
    },
    { reason: "external_dependency_blocked", of: "ci_silent", waited: 60 * minute, lacks: "everything", ...verify },
    { reason: "external_dependency_blocked", of: "ci_silent", waited: 60 * minute, lacks: "required", ...verify },
    { reason: "external_dependency_blocked", of: "ci_silent", waited: 60 * minute, lacks: "end", ...verify },
    { reason: "external_dependency_blocked", of: "ci_silent", waited: 60 * minute, lacks: "approval", ...verify },
    { reason: "external_dependency_blocked", of: "ci_silent", waited: 60 * minute, lacks: "start", ...verify },
    { reason: "external_dependency_blocked", of: "ci_silent", waited: 60 * minute, lacks: "runner", ...verify },
    { reason: "external_dependency_blocked", of: "ci_silent", waited: 60 * minute, lacks: "person", ...verify },
  ],
  ci_without_result: [
    {
      reason: "external_dependency_blocked",
      of: "ci_without_result",
      quote: "unit tests: required, but ended as skipped, which proves nothing",
      ...verify,
    },
  ],
  open_pulls: [{ reason: "external_dependency_blocked", of: "open_pulls", is: 2, may: 2, ...execute }],
  branch_in_the_way: [{ reason: "external_dependency_blocked", of: "branch_in_the_way", branch: "loop", ...execute }],
  base_conflict: [{ reason: "external_dependency_blocked", of: "base_conflict", branch: "main", tries: 3, ...execute }],
  silence: [{ reason: "stalled", of: "silence", attempt, note: "For 10 min it wrote nothing.", ...execute }],
  record_edited: [{ reason: "state_tampered", of: "record_edited", by: "dave" }],
  record_unreliable: [
    { reason: "state_tampered", of: "record_unreliable", why: "wrong_seal", by: null },
    { reason: "state_tampered", of: "record_unreliable", why: "wrong_seal", by: "dave" },
  ],
  policy_file: [{ reason: "policy_invalid", of: "policy_file", quote: "limits.attempts: at most 10", ...execute }],
  stop_command: [
    { reason: "cancelled", of: "stop_command", by: "alice" },
    { reason: "cancelled", of: "stop_command", by: "alice", ...execute },
  ],
  label_removed: [
    { reason: "cancelled", of: "label_removed", by: "alice", ...verify },
    { reason: "cancelled", of: "label_removed" },
  ],
  issue_closed: [
    { reason: "cancelled", of: "issue_closed", by: "alice", ...execute },
    { reason: "cancelled", of: "issue_closed" },
  ],
  branch_deleted: [
    { reason: "cancelled", of: "branch_deleted", by: "alice" },
    { reason: "cancelled", of: "branch_deleted" },
  ],
  branch_gone_at_push: [{ reason: "cancelled", of: "branch_gone_at_push" }],
  pull_closed: [{ reason: "cancelled", of: "pull_closed", by: "dave" }],
  out_of_reach: Gone.options.map((gone) => ({ reason: "cancelled", of: "out_of_reach", gone }) as const) as [
    Example<"out_of_reach">,
  ],
  gate_expired: [{ reason: "unanswered", of: "gate_expired" }],
  executor_refused: [
    { reason: "infrastructure_error", of: "executor_refused", note: "Its image is not there.", ...execute },
  ],
  executors_lost: [
    { reason: "infrastructure_error", of: "executors_lost", times: 3, note: "The engine went away.", ...execute },
  ],
  checks_without_evidence: [
    {
      reason: "external_dependency_blocked",
      of: "checks_without_evidence",
      names: ["unit tests"],
      quote: "unit tests: The command did not leave report.xml. On the base it shows nothing either.",
      ...verify,
    },
  ],
  check_not_run: [
    {
      reason: "infrastructure_error",
      of: "check_not_run",
      name: "unit tests",
      note: "The container or its engine went away.",
      ...verify,
    },
  ],
  reviewer_not_run: [
    { reason: "infrastructure_error", of: "reviewer_not_run", note: "Its image is not there.", ...verify },
  ],
  effect_failed: [
    { reason: "infrastructure_error", of: "effect_failed", effect: "read_claim", quote: "GitHub answers 500" },
    { reason: "infrastructure_error", of: "effect_failed", effect: "start_run", quote: "no space left", ...execute },
    {
      reason: "infrastructure_error",
      of: "effect_failed",
      effect: "publish",
      quote: "GitHub answers 500",
      during: "publishing",
      ...waiting,
    },
    {
      reason: "infrastructure_error",
      of: "effect_failed",
      effect: "read_verdict",
      quote: "GitHub answers 500",
      ...verify,
    },
  ],
  newer_record: [{ reason: "infrastructure_error", of: "newer_record", version: 2 }],
  told: [
    { reason: "task_complete", of: "told", said: "bob approved this exact commit.", by: "bob" },
    { reason: "verifier_passed", of: "told", said: "The verdict is green." },
    { reason: "nothing_to_do", of: "told", said: "No change is needed." },
    { reason: "budget_limit", of: "told", said: "The loop's time is used up.", ...execute },
    { reason: "budget_limit", of: "told", said: "Attempt 1 changed 2400 lines; the policy allows 2000.", ...waiting },
    { reason: "budget_limit", of: "told", said: "The loop's time is used up.", ...verify },
    { reason: "retry_limit", of: "told", said: "All 3 attempts are used.", ...execute },
    { reason: "no_progress", of: "told", said: "Attempt 2 failed exactly as attempt 1 did.", ...execute },
    { reason: "uncertainty_too_high", of: "told", said: "Attempt 1 stopped to ask a question.", ...execute },
    { reason: "uncertainty_too_high", of: "told", said: "Attempt 1 doubts itself.", ...waiting },
    { reason: "uncertainty_too_high", of: "told", said: "The reviewer gave no usable answer.", ...verify },
    {
      reason: "permission_required",
      of: "told",
      said: "Attempt 1 asks for permission.",
      quote: "The network",
      ...execute,
    },
    { reason: "permission_required", of: "told", said: "GitHub declined the push.", ...waiting },
    { reason: "permission_required", of: "told", said: "GitHub declined to merge it.", resume: "gate" },
    { reason: "risky_action_detected", of: "told", said: "Attempt 1 did something risky.", ...waiting },
    { reason: "risky_action_detected", of: "told", said: "Attempt 1 did something risky.", ...execute },
    { reason: "external_dependency_blocked", of: "told", said: "Attempt 1 is blocked.", ...execute },
    { reason: "external_dependency_blocked", of: "told", said: "CI did not report in 60 minutes.", ...verify },
    { reason: "stalled", of: "told", said: "Attempt 1 fell silent.", ...execute },
    { reason: "state_tampered", of: "told", said: "dave edited the record.", by: "dave" },
    { reason: "policy_invalid", of: "told", said: "The policy is broken.", ...execute },
    { reason: "cancelled", of: "told", said: "alice removed the label.", by: "alice" },
    { reason: "unanswered", of: "told", said: "Nobody answered at the gate in time." },
    { reason: "infrastructure_error", of: "told", said: "Something failed.", ...execute },
    { reason: "infrastructure_error", of: "told", said: "Something failed." },
  ],
};
