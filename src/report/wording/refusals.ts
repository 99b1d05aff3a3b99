// Why a command or an approval was refused, in words that follow a colon.
import { unreachable } from "../../base/assert.ts";
import { holdLabel } from "../../loop/end.ts";
import type { Command } from "../../loop/event.ts";
import type { ApprovalRefusal, CommandRefusal, GateRefusal } from "../../loop/refusal.ts";
import { inlineCode, plainSentence } from "../escape.ts";
import { amountRefusal, raiseRefusal } from "./budget.ts";
import { commit } from "./parts.ts";

/** Part of a sentence, without its full stop. */
export function commandRefusal(why: CommandRefusal, { actor, verb }: Command): string {
  switch (why.of) {
    case "no_permission":
      return `it needs write permission, and ${actor.login} has ${why.permission}`;
    case "runs_already":
      return "a loop is running on this issue already; `/loop status` says what it is doing";
    case "not_on_issue":
      return "a loop is begun on its issue; comment `/loop run` there";
    case "run_words":
      return "only `base=` with the name of a branch may follow it, such as `/loop run base=release-2`";
    case "not_offered":
      return `\`/loop ${verb}\` is not available yet`;
    case "nothing_to_stop":
      return "no loop is running on this issue";
    case "nothing_to_pause":
      return "no loop is running that could be paused";
    case "hold_label":
      return `the label \`${holdLabel}\` is on the issue and holds the loop; take it off`;
    case "not_paused":
      return "the loop is not paused";
    case "all_paused":
      return `${why.by} paused every loop of this repository; \`/loop resume-all\` continues them, and takes maintain or admin permission`;
    case "closed":
      return `the issue is closed, and nothing begins there; to go on, reopen it and comment \`/loop ${verb}\` again`;
    case "role":
      return `it concerns every loop of this repository and takes maintain or admin permission, and ${actor.login} has ${why.permission}`;
    case "not_stopped":
      return "the loop is still running, so there is nothing to retry";
    case "ended_for_good":
      return `a loop that ended with \`${why.reason}\` cannot be retried; set the label again to start a new one`;
    case "nothing_to_approve":
      return "nothing is waiting for an approval";
    case "plan_words":
      return "a plan is approved as it stands, by `/loop approve` alone; to have it changed, comment `/loop plan` followed by what should be different";
    case "plan_in_review":
      return "a plan is approved by a comment in the conversation, not by a review; comment `/loop approve` there";
    case "plan_newer":
      return "the plan in the thread is newer than that, or was just being posted; read it, then comment `/loop approve` again";
    case "plan_at_work":
      return "the loop is at work already; `/loop stop` it first, or tell its agent something by `/loop steer`";
    case "nothing_to_deny":
      return "nothing is waiting for a yes or no";
    case "deny_at_gate":
      return "at the gate a review says no: request changes on the pull request, and the next attempt is told what they are; or comment `/loop stop`";
    case "nothing_asked":
      return "no question is waiting for an answer; `/loop steer` followed by your words tells the agent something";
    case "no_such_choice":
      return why.choices === 0
        ? "the agent gave no choices; answer in words after `/loop answer`"
        : `there are only the choices 1 to ${why.choices}; answer with one of these numbers, or in words`;
    case "nothing_said":
      return `nothing follows it; put your words after \`/loop ${verb}\` on the same line`;
    case "over":
      return "this loop is over for good; set the label again to start a new one";
    case "not_now":
      return "there is nothing to add to: the loop is not begun yet, or its change is merged";
    case "raise_off":
      return "the policy lets nobody add to limits here (`budget.raise`), or it was read by a version that did not know this command; `/loop retry` after a stop reads it again";
    case "amount":
      return amountRefusal(why.fault, verb);
    case "raise_role":
    case "raise_in_vain":
    case "raise_little":
    case "raise_full":
    case "raise_many":
      return raiseRefusal(why);
    case "on_line":
      return "an approval counts in a comment of the conversation or in a review, not in a comment on a line";
    case "own_loop":
      return "you started this loop, so someone else has to approve its result";
    case "other_commit":
      return `the commit waiting for approval is ${commit(why.head)}`;
    case "told":
      return why.said;
    default:
      return unreachable(why);
  }
}

/** A whole sentence: why the gate stays closed, and what opens it. */
export function gateRefusal(why: GateRefusal): string {
  switch (why.of) {
    case "unknown_pushes":
      return `GitHub does not say who pushed ${why.pushes === 1 ? "one of its commits" : `${why.pushes} of its commits`}, and whoever did must not approve them alone. It has ${why.approvals} of the ${why.needed} approvals that this takes.`;
    case "unread":
      return `It has more ${why.what} than Loopgate reads (${why.read}), so it cannot tell whose approval counts. A person can still merge it.`;
    case "outdated":
      return outdated(why);
    default:
      return unreachable(why);
  }
}

function outdated({ branch, tried, message }: Extract<GateRefusal, { of: "outdated" }>): string {
  const name = inlineCode(branch);
  const why =
    message === null
      ? `Loopgate has merged ${name} into it as often as it does (${tried} times), and ${name} has moved on again.`
      : `Loopgate could not merge ${name} into it: ${plainSentence(message)}.`;
  return `A rule of ${name} takes only a branch that contains it, and this one does not. ${why} Next: someone other than the approver updates the branch on the pull request; what comes of it is verified before an approval counts.`;
}

/** Part of a sentence, without its full stop. */
export function approvalRefusal(why: ApprovalRefusal): string {
  switch (why.of) {
    case "bot":
      return "approvals by bots do not count";
    case "requester":
      return "whoever started the loop cannot approve its result";
    case "author":
      return "authors of the commits cannot approve them";
    case "no_permission":
      return "approving needs write permission in this repository";
    case "other_head":
      return `it is for commit ${commit(why.head)}, and the branch is now at ${commit(why.now)}`;
    case "told":
      return why.said;
    default:
      return unreachable(why);
  }
}
