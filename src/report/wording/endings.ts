// Every ending in words: what it is called, what happened, what it means and what is kept. next.ts says what to do then.
import { unreachable } from "../../base/assert.ts";
import { inDollars } from "../../loop/begin.ts";
import type { Gone, RecordFault, StopReason } from "../../loop/cause.ts";
import { classOf } from "../../loop/end.ts";
import type { Ending, LoopState } from "../../loop/state.ts";
import { inlineCode } from "../escape.ts";
import { commit, type Words } from "./parts.ts";

/** What each ending is called, and what the thread adds to the machine's own account of it. */
export const endingWords: Record<StopReason, Words> = {
  task_complete: { title: "task complete", sentence: "" },
  verifier_passed: { title: "verifier passed", sentence: "" },
  nothing_to_do: { title: "nothing to do", sentence: "" },
  budget_limit: { title: "budget limit", sentence: "It goes no further on its own." },
  retry_limit: { title: "retry limit", sentence: "More are a person's to grant." },
  no_progress: { title: "no progress", sentence: "Another attempt would most likely fail in the same way." },
  uncertainty_too_high: { title: "uncertainty too high", sentence: "Going on would mean guessing." },
  permission_required: { title: "permission required", sentence: "That is for a person to decide." },
  risky_action_detected: { title: "risky action detected", sentence: "A person should look at it first." },
  external_dependency_blocked: { title: "external dependency blocked", sentence: "The change itself is not to blame." },
  stalled: { title: "stalled", sentence: "Nothing of that attempt was published." },
  state_tampered: { title: "state tampered", sentence: "No decision is taken on such a record." },
  policy_invalid: { title: "policy invalid", sentence: "This is what is wrong with it:" },
  cancelled: { title: "cancelled", sentence: "Nothing of the loop runs any more." },
  unanswered: { title: "unanswered", sentence: "The gate had its time and one reminder." },
  infrastructure_error: {
    title: "infrastructure error",
    sentence: "The failure is Loopgate's or its host's, not the change's.",
  },
};

/** How an ending is announced: `done` where it ended well. */
export function endingHeadline(reason: StopReason): string {
  return `Loopgate ${classOf(reason) === "well" ? "is done" : "stopped"}: ${endingWords[reason].title}`;
}

/** What happened, in one or two sentences; it may hold logins and names, so that it is shown as a plain sentence. */
export function endingSentence(ending: Ending): string {
  const { by } = ending;
  switch (ending.of) {
    case "approved":
      return `${by} approved this exact commit.`;
    case "approved_and_merged":
      return `${by} approved this exact commit, and it is merged.`;
    case "merged_by_hand":
      return `${by} merged the change.`;
    case "no_gate":
      return "The verdict is green, and the policy asks for no human gate.";
    case "nothing_needed":
      return "The executor shows that no change is needed, and the reviewer agrees.";
    case "changed_lines":
      return `Attempt ${ending.attempt} changed ${ending.is} lines; the policy allows ${ending.may}, so it was not published.`;
    case "changed_files":
      return `Attempt ${ending.attempt} changed ${ending.is} files; the policy allows ${ending.may}, so it was not published.`;
    case "attempt_time":
      return `Attempt ${ending.attempt} ran past its ${minutes(ending.may)} and was stopped.`;
    case "loop_time":
      return "The loop's time is used up.";
    case "runs":
      return `This loop has started ${ending.is} containers, the most it may in its whole life.`;
    case "money":
      return `${inDollars(ending.is)} of the ${inDollars(ending.may)} for model calls are spent, and too little is left for more work.`;
    case "attempts":
      return `All ${ending.is} attempts are used and the work is not good yet.`;
    case "same_failure":
      return `Attempt ${ending.attempt} failed exactly as attempt ${ending.before} did.`;
    case "question":
      return `Attempt ${ending.attempt} stopped to ask a question.`;
    case "own_confidence":
      return `Attempt ${ending.attempt} puts its own confidence at ${ending.is}; the policy asks for at least ${ending.least}.`;
    case "review_confidence":
      return `The reviewer approves with a confidence of ${ending.is}; the policy asks for at least ${ending.least}.`;
    case "review_unreadable":
      return `The reviewer gave no readable answer in ${ending.tries} tries, so the work was not judged. ${ending.note}`;
    case "permission_asked":
      return `Attempt ${ending.attempt} asks for permission to do something its lease does not allow.`;
    case "push_declined":
      return "GitHub declined the push to the loop's branch.";
    case "merge_declined":
      return "The change is approved, but GitHub declined to merge it.";
    case "risks":
      return `Attempt ${ending.attempt} did something that needs a person's yes, so nothing of it was published.`;
    case "blocked_on":
      return `Attempt ${ending.attempt} reports that it is blocked on something outside the repository.`;
    case "provider_down":
      return `The model provider failed attempt ${ending.attempt}, and ${ending.inVain} before it came to nothing either.`;
    case "provider_down_review":
      return `The model provider failed the reviewer in ${ending.tries} tries, so the work was not judged.`;
    case "ci_silent":
      return `CI did not report in ${minutes(ending.waited)}.`;
    case "silence":
      return `Attempt ${ending.attempt} fell silent and was stopped. ${ending.note}`;
    case "record_edited":
      return `${by} edited the comment that holds this loop's record, so it can no longer be relied on.`;
    case "record_unreliable":
      return `Loopgate lost its own store, and the record in this thread cannot be relied on: ${recordFaults[ending.why]}.${by === null ? "" : ` It was last edited by ${by}.`}`;
    case "policy_file":
      return "`.github/loop.yml` on the default branch does not stand, so nothing was started.";
    case "stop_command":
      return `${by} said \`/loop stop\`.`;
    case "label_removed":
      return unlessUnseen(by, "removed the label", "The label was removed");
    case "issue_closed":
      return unlessUnseen(by, "closed the issue", "The issue was closed");
    case "branch_deleted":
      return unlessUnseen(by, "deleted the loop's branch", "The loop's branch was deleted");
    case "branch_gone_at_push":
      return "The loop's branch was deleted while its work was being published.";
    case "pull_closed":
      return `The pull request was closed by ${by}.`;
    case "merged_too_early":
      return `${by} merged the pull request before it passed the gate, so the loop has nothing left to do.`;
    case "out_of_reach":
      return goneSentences[ending.gone];
    case "gate_expired":
      return "Nobody answered at the gate in time.";
    case "executor_refused":
      return `The executor's container could not be started as ordered. ${ending.note}`;
    case "executors_lost":
      return `${ending.times} containers in a row were lost. ${ending.note}`;
    case "reviewer_not_run":
      return `The reviewer's container could not be run. ${ending.note}`;
    case "effect_failed":
      return `Loopgate could not go on: \`${ending.effect}\` failed past its retries.`;
    case "newer_record":
      return `This loop's record has version ${ending.version}, which this Loopgate cannot read, so the loop rests. It goes on by itself once whoever runs this App starts a Loopgate that reads record version ${ending.version}.`;
    case "told":
      return ending.said;
    default:
      return unreachable(ending);
  }
}

const goneSentences: Record<Gone, string> = {
  issue_missing: "The issue is no longer there.",
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

function unlessUnseen(by: string | null, did: string, wasDone: string): string {
  return by === null ? `${wasDone} while Loopgate was not there to see it.` : `${by} ${did}.`;
}

function minutes(ms: number): string {
  return `${Math.round(ms / 60_000)} minutes`;
}

/** What stays after an ending. */
export function preservedSentence(state: LoopState, pullLink: string | null): string {
  const pushed = state.head === null ? null : `branch ${inlineCode(state.branch ?? "")} at ${commit(state.head)}`;
  const waiting = state.ending?.resume === "publish" ? state.ending.pendingHead : null;
  const kept = [
    pushed,
    pullLink === null ? null : `pull request ${pullLink}`,
    waiting === null ? null : `commit ${commit(waiting)}, not published and held by Loopgate`,
  ].filter((part) => part !== null);
  return kept.length === 0
    ? "No commit of it reached this repository; this thread stays."
    : `Kept: ${kept.join(", ")}, and this thread.`;
}
