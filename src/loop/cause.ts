// Why a loop ended, as facts: one shape for each cause. report/wording/endings.ts says them.
import { z } from "zod";

/** The one reason why a loop ended: design.md §4. */
export const StopReason = z.enum([
  "task_complete",
  "verifier_passed",
  "nothing_to_do",
  "budget_limit",
  "retry_limit",
  "no_progress",
  "uncertainty_too_high",
  "permission_required",
  "risky_action_detected",
  "external_dependency_blocked",
  "stalled",
  "state_tampered",
  "policy_invalid",
  "cancelled",
  "unanswered",
  "infrastructure_error",
]);
export type StopReason = z.infer<typeof StopReason>;

/** What took an issue out of the App's reach, or could: nobody is told in a thread that cannot be written to. */
export const Gone = z.enum([
  "issue_missing",
  "issue_deleted",
  "issue_transferred",
  "repository_deleted",
  "repository_archived",
  "repository_transferred",
  "repository_publicized",
  "access_removed",
  "app_uninstalled",
  "app_suspended",
]);
export type Gone = z.infer<typeof Gone>;

/** Why a record that was found in a thread is not relied on. */
export const RecordFault = z.enum([
  "several_records", // more than one in a comment
  "malformed",
  "wrong_seal", // for this content and this issue
  "unreadable", // sealed by us, and still no state that this version knows
  "edited", // its comment, by someone else
  "perhaps_edited_away", // a comment of ours that holds none any more was edited by someone else
]);
export type RecordFault = z.infer<typeof RecordFault>;

/** What kept a run from doing its work, as far as the way it ended tells. */
export const Trouble = z.enum([
  "command_missing", // the shell's 127: its command, or one that it ends with, is not there
  "command_unusable", // 126: it is there and cannot be run
  "memory", // a limit of the run's ended it
  "file_size",
  "disk", // more bytes in its workspace than it may have there
  "files", // too many files, too much of an answer, or what cannot be measured
  "processes", // it failed, and had met this limit
  "tmp", // it failed for want of space, most likely in /tmp
  "set_up", // the commands by which policy makes the repository ready failed
  "service", // a service that it needs did not get ready
  "image", // an image that it needs could not be had
  "key_refused", // the model's provider does not take the App's own key
  "secret", // its last push held what looks like one
  "push_refused", // its last push was refused for something else
]);
export type Trouble = z.infer<typeof Trouble>;

const count = z.number().int();
const attempt = count; // the attempt's number
const milliseconds = count;
const dollars = z.number();
const note = z.string(); // one sentence of ours about a run's end

function cause<Reason extends StopReason, Of extends string, Facts extends z.ZodRawShape>(
  reason: Reason,
  of: Of,
  facts: Facts,
) {
  return z.object({ reason: z.literal(reason), of: z.literal(of), ...facts });
}

/**
 * Every cause of an ending: its reason, what it was a matter of, and the facts. `is` was measured, `may` is the most and
 * `least` the least that was allowed. Who ended it and untrusted text are the ending's own: `by` and `quote`.
 */
export const Cause = z.discriminatedUnion("of", [
  cause("task_complete", "approved", {}),
  cause("task_complete", "approved_and_merged", {}),
  // `gate`: what it was at the merge; `not_reached` where the loop was still at work, `unread` where GitHub did not say.
  cause("task_complete", "merged_by_hand", {
    commit: z.string().nullable(),
    gate: z.enum(["passed", "not_passed", "not_reached", "unread"]),
    auto: z.literal(true).optional(), // GitHub did it by itself, as that person had told it to
  }),
  cause("verifier_passed", "no_gate", {}),
  cause("nothing_to_do", "nothing_needed", {}),
  cause("budget_limit", "changed_lines", { attempt, is: count, may: count }),
  cause("budget_limit", "changed_files", { attempt, is: count, may: count }),
  cause("budget_limit", "attempt_time", { attempt, may: milliseconds }),
  cause("budget_limit", "loop_time", { may: milliseconds }),
  cause("budget_limit", "runs", { is: count, may: count }),
  cause("budget_limit", "money", { is: dollars, may: dollars }),
  cause("budget_limit", "issue_runs", { loops: count, is: count, may: count }), // of all loops of the issue
  cause("budget_limit", "issue_money", { loops: count, is: dollars, may: dollars }),
  cause("retry_limit", "attempts", { is: count }),
  cause("no_progress", "same_failure", {
    attempt,
    before: attempt,
    trouble: Trouble.optional(),
    onBase: z.boolean().optional(),
  }),
  cause("uncertainty_too_high", "no_plan", { attempt }), // the agent was to plan, and gave no plan
  cause("uncertainty_too_high", "no_criteria", { unjudged: z.literal(true).optional() }), // the issue does not say what done means; unjudged: and nothing else could judge
  cause("uncertainty_too_high", "question", { attempt }),
  cause("uncertainty_too_high", "own_confidence", { attempt, is: z.number(), least: z.number() }),
  cause("uncertainty_too_high", "review_confidence", { is: z.number(), least: z.number() }),
  cause("uncertainty_too_high", "review_unreadable", { tries: count, note }),
  cause("uncertainty_too_high", "reviewers_disagree", { approve: count, reject: count }),
  cause("uncertainty_too_high", "canary_approved", {
    planted: z.enum(["conflict_left", "cut_off", "speaks_to_reviewer"]).optional(), // absent: not known any more
    path: z.string().optional(),
  }), // a reviewer approved a change that was planted as bad, too
  cause("uncertainty_too_high", "not_held", { hunks: count }), // by any test, where policy asks what is to come of them
  cause("uncertainty_too_high", "knock_out_unknown", { unknown: count, beyond: count }), // hunks of which it is not known whether a test holds them
  cause("permission_required", "permission_asked", { attempt }),
  cause("permission_required", "packages_asked", { attempt }), // to fetch what no lockfile of the base names
  cause("permission_required", "push_declined", { ofCommits: z.literal(true).optional() }), // ofCommits: others may pass
  cause("permission_required", "merge_declined", { queue: z.literal(true).optional() }), // queue: taken out of the merge queue
  cause("risky_action_detected", "risks", { attempt }),
  cause("external_dependency_blocked", "blocked_on", { attempt }),
  cause("external_dependency_blocked", "provider_down", { attempt, inVain: count }),
  cause("external_dependency_blocked", "provider_down_review", { tries: count }),
  cause("external_dependency_blocked", "key_refused", { attempt }),
  cause("external_dependency_blocked", "set_up_failed", {
    attempt,
    note,
    service: z.literal(true).optional(),
    image: z.literal(true).optional(),
  }), // service: one did not get ready; image: one could not be had
  // `lacks`: nothing was reported; something that is required was not, though others were; it did not finish; it waits for a person; it ended asking for one; GitHub did not start it; or it was ended from outside.
  cause("external_dependency_blocked", "ci_silent", {
    waited: milliseconds,
    lacks: z.enum(["everything", "required", "end", "approval", "person", "start", "runner"]).optional(), // absent: of a version that did not tell them apart
  }),
  cause("external_dependency_blocked", "ci_without_result", {}), // what counts has ended, as skipped and the like
  cause("external_dependency_blocked", "checks_without_evidence", { names: z.array(z.string()) }), // own checks, on the base neither
  cause("external_dependency_blocked", "base_conflict", { branch: z.string(), tries: count }), // attempts to merge the base
  cause("external_dependency_blocked", "open_pulls", { is: count, may: count }), // of other loops of the repository
  cause("external_dependency_blocked", "branch_in_the_way", { branch: z.string() }), // below which no other can be
  cause("stalled", "silence", { attempt, note }),
  cause("state_tampered", "record_edited", {}),
  cause("state_tampered", "record_unreliable", { why: RecordFault }),
  cause("policy_invalid", "policy_file", {}),
  cause("cancelled", "stop_command", {}),
  cause("cancelled", "plan_denied", {}),
  cause("cancelled", "label_removed", {}), // here and below: without a `by` where nobody was there to see who did it
  cause("cancelled", "issue_closed", {}),
  cause("cancelled", "branch_deleted", {}),
  cause("cancelled", "branch_gone_at_push", {}),
  cause("cancelled", "pull_closed", {}),
  cause("cancelled", "out_of_reach", { gone: Gone }),
  cause("unanswered", "gate_expired", {}),
  cause("unanswered", "plan_expired", {}),
  cause("infrastructure_error", "executor_refused", { note }),
  cause("infrastructure_error", "executors_lost", { times: count, note }),
  cause("infrastructure_error", "reviewer_not_run", { note }),
  cause("infrastructure_error", "check_not_run", { name: z.string(), note }),
  cause("infrastructure_error", "command_not_run", {
    attempt,
    role: z.enum(["executor", "reviewer"]),
    exitCode: count,
  }),
  cause("infrastructure_error", "effect_failed", { effect: z.string() }),
  cause("infrastructure_error", "newer_record", { version: count }),
  // Records of versions that kept sentences: what was said then is shown as it was.
  z.object({ reason: StopReason, of: z.literal("told"), said: z.string() }),
]);
export type Cause = z.infer<typeof Cause>;

/** Why a loop rests or is paused. */
export const Halt = z.discriminatedUnion("of", [
  z.object({ of: z.literal("pause_command"), by: z.string() }),
  z.object({ of: z.literal("pause_all"), by: z.string(), since: count }), // every loop of the repository
  z.object({ of: z.literal("hold_label"), by: z.string().nullable() }), // null: nobody knows who set it
  z.object({ of: z.literal("provider_down") }),
  z.object({ of: z.literal("executor_lost"), note }),
  z.object({ of: z.literal("told"), said: z.string() }), // from versions that kept sentences
]);
export type Halt = z.infer<typeof Halt>;
