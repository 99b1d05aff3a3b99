// The one next action after each ending: what a person may do, in the words of the machine that will take it up.
import type { Ending, LoopState } from "../loop/state.ts";
import { inlineCode } from "./escape.ts";

/** One sentence without its subject, beginning in lower case: "comment `/loop retry` to …". */
export function nextAction(state: LoopState, ending: Ending, pullLink: string | null): string {
  switch (ending.reason) {
    case "task_complete":
      return `merge ${pullLink ?? "the change"}, if that has not happened yet.`;
    case "verifier_passed":
      return `look at ${pullLink ?? "the change"} and merge it, if you want it.`;
    case "nothing_to_do":
      return "close this issue, or say in it what is still missing and set the label again.";
    case "policy_invalid":
      return `mend \`.github/loop.yml\` on the default branch, then comment \`/loop retry\`.`;
    case "cancelled":
    case "unanswered":
    case "state_tampered":
      return again(state);
    default:
      return ending.resume === "none" ? again(state) : afterAsking(ending, pullLink);
  }
}

function afterAsking(ending: Ending, pullLink: string | null): string {
  const approves = approval(ending);
  if (approves !== null) return approves;
  switch (ending.reason) {
    case "uncertainty_too_high":
      return ending.resume === "verify"
        ? "comment `/loop retry` to have the same commit judged again."
        : "answer in a comment, then comment `/loop retry`.";
    case "no_progress":
      return "say in a comment what to do differently, then comment `/loop retry`.";
    case "risky_action_detected":
      return "say in a comment what to leave alone, then comment `/loop retry` for another attempt; Loopgate cannot publish this one.";
    case "permission_required":
      return `merge ${pullLink ?? "the change"} by hand, or let GitHub accept the merge and comment \`/loop retry\` to have the same commit judged again.`;
    case "external_dependency_blocked":
      return ending.resume === "verify"
        ? "once CI works, comment `/loop retry` to have the same commit judged again."
        : "once that has happened, comment `/loop retry`.";
    case "stalled":
      return "comment `/loop retry` for another attempt from the branch; if the agent was only quiet, raise `silence_minutes` in `.github/loop.yml` first.";
    case "infrastructure_error":
      return "comment `/loop retry`; if it fails again, ask whoever runs this App.";
    default:
      return ending.resume === "verify"
        ? "comment `/loop retry` to have the same commit judged again."
        : "comment `/loop retry` to grant the policy's attempts again; the work goes on from the branch.";
  }
}

/** Where `/loop approve` is what continues: a commit that waits, or a permission that was asked for. */
function approval(ending: Ending): string | null {
  if (ending.reason === "permission_required" && ending.resume === "execute") {
    return "comment `/loop approve` to allow what is asked.";
  }
  if (ending.resume !== "publish" || ending.pendingHead === null) return null;
  // Nobody's yes is missing: `/loop retry` takes up the push where it failed.
  if (ending.reason === "infrastructure_error") return null;
  const command = inlineCode(`/loop approve ${ending.pendingHead.slice(0, 7)}`);
  if (ending.reason === "permission_required") return `let GitHub accept the push, then comment ${command}.`;
  return `comment ${command} to publish exactly that commit.`;
}

function again(state: LoopState): string {
  return `set the label ${inlineCode(state.label)} again, on the open issue, to start a new loop.`;
}
