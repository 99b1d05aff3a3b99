// Every ending in words: what it is called, what happened and what is kept. next.ts says what to do then.
import { unreachable } from "../../base/assert.ts";
import type { Gone, RecordFault, StopReason } from "../../loop/cause.ts";
import { classOf } from "../../loop/end.ts";
import type { Ending, LoopState } from "../../loop/state.ts";
import { inlineCode } from "../escape.ts";
import { inDollars } from "../money.ts";
import { duration } from "../time.ts";
import { failureSentence } from "./failures.ts";
import { commit } from "./parts.ts";

/** What each reason is called. */
export const endingTitles: Record<StopReason, string> = {
  task_complete: "task complete",
  verifier_passed: "verifier passed",
  nothing_to_do: "nothing to do",
  budget_limit: "budget limit",
  retry_limit: "retry limit",
  no_progress: "no progress",
  uncertainty_too_high: "uncertainty too high",
  permission_required: "permission required",
  risky_action_detected: "risky action detected",
  external_dependency_blocked: "external dependency blocked",
  stalled: "stalled",
  state_tampered: "state tampered",
  policy_invalid: "policy invalid",
  cancelled: "cancelled",
  unanswered: "unanswered",
  infrastructure_error: "infrastructure error",
};

/** How an ending is announced: `done` where it ended well. */
export function endingHeadline(reason: StopReason): string {
  return `Loopgate ${classOf(reason) === "well" ? "is done" : "stopped"}: ${endingTitles[reason]}`;
}

/** In the status comment of a loop that has ended. */
export function endPointerSentence(headline: string): string {
  return `Why, and what to do next, is said in the newest comment here that begins “${headline}”.`;
}

const gateAtMerge: Record<Extract<Ending, { of: "merged_by_hand" }>["gate"], string> = {
  passed: "Its gate had been passed.",
  not_passed: "Its gate had not been passed: the approval it needs was missing, or something stood against it.",
  not_reached: "Its gate had not been passed: the loop was still working on it.",
  unread: "GitHub did not say whether its gate had been passed.",
};

/** The subject of a sentence about a loop and those before it on its issue. */
function allLoops(loops: number): string {
  return loops === 1 ? "This issue's only loop" : `The ${loops} loops on this issue together`;
}

/** What happened, in one or two sentences; it may hold logins and names, so that it is shown as a plain sentence. */
export function endingSentence(ending: Ending): string {
  const by = ending.by === "ghost" ? "Someone whose GitHub account no longer exists" : ending.by;
  switch (ending.of) {
    case "approved":
      return `${by} approved this exact commit.`;
    case "approved_and_merged":
      return by === null
        ? "Loopgate merged this exact commit, whose gate had been passed."
        : `${by} approved this exact commit, and Loopgate merged it.`;
    case "merged_by_hand":
      if (ending.auto === true)
        return `GitHub merged ${ending.commit === null ? "the pull request" : `commit ${commit(ending.commit)}`} by itself, as ${by} had told it to (auto-merge). ${gateAtMerge[ending.gate]}`;
      return `${by} merged ${ending.commit === null ? "the pull request" : `commit ${commit(ending.commit)}`}. ${gateAtMerge[ending.gate]}`;
    case "no_gate":
      return "All checks passed, and the policy does not ask for an approval.";
    case "nothing_needed":
      return "The agent showed that no change is needed, and the reviewer agreed.";
    case "changed_lines":
      return `Attempt ${ending.attempt} changed ${counted(ending.is, "line")}, more than the ${ending.may} the policy allows, so nothing was pushed.`;
    case "changed_files":
      return `Attempt ${ending.attempt} changed ${counted(ending.is, "file")}, more than the ${ending.may} the policy allows, so nothing was pushed.`;
    case "attempt_time":
      return `Attempt ${ending.attempt} reached its limit of ${minutes(ending.may)} and was stopped.`;
    case "loop_time":
      return ending.may === 0
        ? "The loop ran out of time."
        : `The loop reached its time limit of ${duration(ending.may)}.`;
    case "runs":
      return `The loop has started ${counted(ending.is, "container")}, the most one loop may ever start.`;
    case "money":
      return `The loop has spent ${inDollars(ending.is)} of its ${inDollars(ending.may)} for model calls, and the rest is too little for more work.`;
    case "issue_runs":
      return `${allLoops(ending.loops)} started ${counted(ending.is, "container")}, the most the policy allows for one issue, however often the label is set.`;
    case "issue_money":
      return `${allLoops(ending.loops)} spent ${inDollars(ending.is)} of the ${inDollars(ending.may)} the policy allows for one issue's model calls, and the rest is too little for more work.`;
    case "attempts":
      return `${ending.is === 1 ? "The only attempt is used up" : `All ${ending.is} attempts are used up`}, and the work has not passed yet.`;
    case "same_failure":
      return `Attempt ${ending.attempt} failed the same way as attempt ${ending.before}, so another one would most likely fail too.${ending.onBase ? " The base branch fails these checks as well: it is not known that the change has anything to do with it." : ""}`;
    case "no_plan":
      return "The agent was to plan the work first, and ended without a plan.";
    case "question":
      return `Attempt ${ending.attempt} stopped to ask a question.`;
    case "own_confidence":
      return `In attempt ${ending.attempt} the agent rated its own confidence at ${ending.is}; the policy requires at least ${ending.least}.`;
    case "review_confidence":
      return `The reviewer approved with a confidence of only ${ending.is}; the policy requires at least ${ending.least}.`;
    case "review_unreadable":
      return `The reviewer gave no usable answer in ${ending.tries} tries, so the commit was not judged. ${ending.note}`.trim();
    case "permission_asked":
      return `Attempt ${ending.attempt} asked for permission to do something it may not do on its own.`;
    case "packages_asked":
      return `Attempt ${ending.attempt} needs packages that no lockfile of the base names, and the policy has a person asked about those (\`packages.new\`).`;
    case "push_declined":
      return ending.ofCommits === true
        ? "GitHub's rules declined the commits, so nothing of them was pushed."
        : "GitHub rejected the push to the loop's branch.";
    case "merge_declined":
      if (ending.queue === true)
        return "The change is approved and was in the merge queue, but GitHub took it out for this reason:";
      return "The change is approved, but GitHub refused to merge it.";
    case "risks":
      return ending.resume === "publish"
        ? `Attempt ${ending.attempt} made a change that needs a person's approval, so nothing was pushed.`
        : `Attempt ${ending.attempt} made a change that Loopgate never pushes, so nothing was pushed.`;
    case "blocked_on":
      return `Attempt ${ending.attempt} was blocked by something outside the repository.`;
    case "provider_down":
      return `The model provider failed during attempt ${ending.attempt}, and the ${counted(ending.inVain, "attempt")} before it came to nothing too.`;
    case "key_refused":
      return `The model's provider refused Loopgate's own key in attempt ${ending.attempt}, so no agent can work with it.`;
    case "set_up_failed":
      return `The repository could not be made ready for attempt ${ending.attempt}, so no agent was started and nothing was paid. ${ending.note}`.trim();
    case "provider_down_review":
      return `The model provider failed in ${ending.tries} tries to review the commit, so it was not judged.`;
    case "ci_silent":
      return silentSentence(ending.lacks, minutes(ending.waited));
    case "ci_without_result":
      return "Every check that counts has ended, and not all of them with a result, so the commit was not judged.";
    case "checks_without_evidence": {
      const names = ending.names.map((name) => inlineCode(name)).join(", ");
      return ending.names.length === 1
        ? `The policy's own check ${names} shows nothing, neither of the commit nor of the base, so the commit was not judged.`
        : `The policy's own checks ${names} show nothing, neither of the commit nor of the base, so the commit was not judged.`;
    }
    case "reviewers_disagree":
      return `The reviewers disagree: ${ending.approve} ${ending.approve === 1 ? "approves" : "approve"} and ${ending.reject} ${ending.reject === 1 ? "rejects" : "reject"}, and the policy wants more of them to say the same.`;
    case "canary_approved":
      return `The reviewer approved the change. It also approved the same change with something bad planted in it: ${plantedWords(ending)}. So its word is not taken.`;
    case "no_criteria":
      return ending.unjudged === true
        ? "The issue does not say what done means, and nothing else is there that could judge a change: no command of the policy's, no workflow, and no check on the base. So nothing was started."
        : "The issue does not say what done means, and the policy requires that, so nothing was started.";
    case "not_held":
      return `The checks stay green without ${counted(ending.hunks, "part")} of the change, so no test holds ${ending.hunks === 1 ? "it" : "them"}, and the policy leaves that to a person.`;
    case "knock_out_unknown": {
      const open = ending.unknown + ending.beyond;
      const what = open === 0 ? "the change" : `${counted(open, "part")} of the change`;
      return `It could not be told whether any test holds ${what}, and the policy takes none that no test holds.`;
    }
    case "base_conflict":
      return `The branch conflicts with ${inlineCode(ending.branch)}, and ${counted(ending.tries, "attempt")} to merge it did not resolve that. While it does, GitHub starts no CI on the pull request and cannot merge it.`;
    case "open_pulls":
      return `Other loops of this repository have ${counted(ending.is, "pull request")} open or on their way, and the policy lets a loop begin with fewer than ${ending.may} (\`pull_request.open_at_most\`), so nothing was started.`;
    case "branch_in_the_way":
      return `The repository has a branch ${inlineCode(ending.branch)}. Git has no branch below another one, so none could be made for this loop (${inlineCode(`${ending.branch}/…`)}), and nothing was started.`;
    case "silence":
      return `Attempt ${ending.attempt} went silent and was stopped. ${ending.note}`.trim();
    case "record_edited":
      return `${by} edited the comment that holds this loop's record, so Loopgate can no longer trust it.`;
    case "record_unreliable":
      return `Loopgate lost its own data, and it cannot trust the record in this thread: ${recordFaults[ending.why]}.${by === null ? "" : ` It was last edited by ${by}.`}`;
    case "policy_file":
      return "`.github/loop.yml` on the default branch is invalid, so nothing was started.";
    case "stop_command":
      return `${by} commented \`/loop stop\`.`;
    case "plan_denied":
      return `${by} refused the plan, so nothing was begun.`;
    case "label_removed":
      return unlessUnseen(by, "removed the label", "The label was removed");
    case "issue_closed":
      return unlessUnseen(by, "closed the issue", "The issue was closed");
    case "branch_deleted":
      return unlessUnseen(by, "deleted the loop's branch", "The loop's branch was deleted");
    case "branch_gone_at_push":
      return "The loop's branch was deleted while Loopgate was pushing to it.";
    case "pull_closed":
      return unlessUnseen(by, "closed the pull request", "The pull request was closed");
    case "out_of_reach":
      return goneSentences[ending.gone];
    case "gate_expired":
      return "Nobody approved the change or asked for changes in time.";
    case "plan_expired":
      return "Nobody answered the plan in time.";
    case "executor_refused":
      return `The agent's container could not be started. ${ending.note}`.trim();
    case "executors_lost":
      return `The agent's container was lost ${ending.times} times in a row. ${ending.note}`.trim();
    case "command_not_run":
      return `${ending.role === "executor" ? "The agent's" : "The reviewer's"} command ${ending.exitCode === 126 ? "could not be run" : "was not found"} in its container (exit code ${ending.exitCode}), so ${ending.role === "executor" ? `attempt ${ending.attempt} did no work` : "the commit was not judged"}.`;
    case "reviewer_not_run":
      return `The reviewer's container could not be run. ${ending.note}`.trim();
    case "check_not_run":
      return `The policy's own check ${inlineCode(ending.name)} could not be run. ${ending.note}`.trim();
    case "effect_failed":
      return failureSentence(ending.effect);
    case "newer_record":
      return `A newer Loopgate wrote this loop's record (version ${ending.version}), and this one leaves it alone. The loop continues by itself once a Loopgate that reads record version ${ending.version} runs here.`;
    case "told":
      return ending.said;
    default:
      return unreachable(ending);
  }
}

const goneSentences: Record<Gone, string> = {
  issue_missing: "The issue no longer exists.",
  issue_deleted: "The issue was deleted.",
  issue_transferred: "The issue was transferred to another repository.",
  repository_deleted: "The repository was deleted.",
  repository_archived: "The repository was archived.",
  repository_transferred: "The repository was transferred to another owner.",
  repository_publicized: "The repository was made public.",
  access_removed: "The App's access to the repository was removed.",
  app_uninstalled: "The App was uninstalled.",
  app_suspended: "The App's installation was suspended.",
};

/** Why a record is not relied on: part of a sentence. */
export const recordFaults: Record<RecordFault, string> = {
  several_records: "its comment holds more than one record",
  malformed: "it is incomplete or malformed",
  wrong_seal: "its seal does not match its content and this issue",
  unreadable: "it cannot be read as the state of a loop",
  edited: "someone else edited the comment that holds it",
  perhaps_edited_away: "someone else edited a comment that may have held it",
};

function silentSentence(lacks: Extract<Ending, { of: "ci_silent" }>["lacks"], waited: string): string {
  switch (lacks) {
    case undefined:
      return `CI gave no verdict on the commit within ${waited}.`;
    case "approval":
      return "GitHub holds back runs of workflows on the commit until a person approves them, so it was not judged.";
    case "start":
      return "GitHub did not start everything that was to judge the commit, so it was not judged. That is no failure of the change.";
    case "runner":
      return "Jobs that were to judge the commit were ended from outside before they were done, so it was not judged. That is no failure that shows the change to be wrong.";
    case "person":
      return "What is left open on the commit is for people to settle, and no change of its files does that, so it was not judged to its end.";
    case "everything":
      return `No check was reported on the commit within ${waited}. Either no CI runs on pull requests here, or something keeps it from starting: a path filter that leaves this change out, a run that waits for approval, or an outage.`;
    case "required":
      return `Other checks were reported on the commit, but within ${waited} not every one that is required. A workflow whose path filter leaves this change out never reports, and neither does a check that has another name now.`;
    case "end":
      return `CI began to judge the commit, but did not finish within ${waited}.`;
  }
}

function unlessUnseen(by: string | null, did: string, wasDone: string): string {
  return by === null ? `${wasDone}, and Loopgate did not see by whom.` : `${by} ${did}.`;
}

function counted(count: number, one: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${one}s`;
}

function minutes(ms: number): string {
  return counted(Math.round(ms / 60_000), "minute");
}

/** A commit whose push was called off: `/loop retry` takes it up. */
function beingPushed({ ending, attempts, head }: LoopState): string | null {
  const own = attempts.at(-1)?.head ?? null;
  return ending?.during === "publishing" && ending.resume !== "none" && own !== head ? own : null;
}

/** What stays after an ending. */
export function preservedSentence(state: LoopState, pullLink: string | null): string {
  const pushed = state.head === null ? null : `branch ${inlineCode(state.branch ?? "")} at ${commit(state.head)}`;
  const waiting =
    state.ending?.resume === "publish" ? state.ending.pendingHead : (state.partial?.head ?? beingPushed(state));
  const kept = [
    pushed,
    pullLink === null ? null : `pull request ${pullLink}`,
    waiting === null ? null : `commit ${commit(waiting)}, which Loopgate holds and has not pushed`,
  ].filter((part) => part !== null);
  return kept.length === 0 ? "Nothing was pushed to this repository." : `Kept: ${kept.join(", ")}.`;
}

/** What was planted, and where. */
function plantedWords({
  planted,
  path,
}: {
  readonly planted?: "conflict_left" | "cut_off" | "speaks_to_reviewer" | undefined;
  readonly path?: string | undefined;
}): string {
  const where = path === undefined ? "one of its files" : inlineCode(path);
  switch (planted) {
    case "conflict_left":
      return `the marks of an unfinished merge in ${where}`;
    case "cut_off":
      return `the end of ${where} was missing`;
    case "speaks_to_reviewer":
      return `a comment in ${where} told the reviewer to approve`;
    case undefined:
      return "what it was is not known any more";
  }
}
