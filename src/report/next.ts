// The one next action after each ending: what a person may do, in the words of the machine that will take it up.
import { unreachable } from "../base/assert.ts";
import type { Cause, StopReason, Trouble } from "../loop/cause.ts";
import { planLabel } from "../loop/end.ts";
import { roomFor } from "../loop/grants.ts";
import { optionThatRaises } from "../loop/raise.ts";
import type { Ending, LoopState } from "../loop/state.ts";
import { inlineCode } from "./escape.ts";
import { examples } from "./wording/budget.ts";

/** One sentence without its subject, beginning in lower case: "comment `/loop retry` to …". */
export function nextAction(state: LoopState, ending: Ending, pullLink: string | null): string {
  const of = ending.of === "told" ? likely(ending) : ending.of;
  const change = pullLink ?? "the change";
  switch (of) {
    case "approved":
      if (state.autoMerge !== undefined)
        return `nothing, where GitHub's rules for ${change} are met: it merges that by itself, as ${inlineCode(state.autoMerge.by)} had it do.`;
      // What an earlier version told may have been merged already.
      return ending.of === "told" ? `merge ${change}, unless it is merged already.` : `merge ${change}.`;
    case "approved_and_merged":
    case "merged_by_hand":
      return "nothing is left to do: the change is merged.";
    case "no_gate":
      return `look at ${change} and merge it if you want it.`;
    case "nothing_needed":
      return `close this issue, or say in a comment what is still missing and set the label ${inlineCode(state.label)} again.`;
    case "policy_file":
      return "fix `.github/loop.yml` on the default branch, then comment `/loop retry`.";
    case "changed_lines":
    case "changed_files":
    case "attempt_time":
    case "loop_time":
    case "money":
    case "attempts":
      if (lacksSignOff(state)) return signedOffFrom(state);
      return approval(ending) ?? raising(state, ending) ?? grantedAgain(ending);
    case "issue_runs":
    case "issue_money":
      return `raise \`${of === "issue_runs" ? "issue.runs" : "issue.usd"}\` in \`.github/loop.yml\`, then ${ending.resume === "verify" ? judgedAgain : "comment `/loop retry`."}`;
    case "runs":
      return `raise \`runs\` in \`.github/loop.yml\`, then ${ending.resume === "verify" ? judgedAgain : "comment `/loop retry`."}`;
    case "question":
      return state.attempts.at(-1)?.claim?.choices === undefined
        ? "comment `/loop answer` followed by your answer on the same line, or answer in a comment of any length and then comment `/loop retry`."
        : "comment `/loop answer` followed by the number of your choice or by your own words.";
    case "no_plan":
      if (state.plan?.asked === true)
        return `say in a comment what the plan should be about, then comment \`/loop retry\`; or set the label ${inlineCode(state.label)} again to start a new loop.`;
      return `say in a comment what the plan should be about, then comment \`/loop retry\`; or take the label ${inlineCode(planLabel)} off${state.rules?.planFirst === true ? " and set `plan: off` in `.github/loop.yml`" : ""} first, to go on without a plan.`;
    case "plan_denied":
      return `comment \`/loop plan\` followed by what should be different to have another plan made, or set the label ${inlineCode(state.label)} again to start a new loop.`;
    case "plan_expired":
      return `comment \`/loop approve\` to have the work done by the plan above, or \`/loop retry\` to have it made anew.`;
    case "own_confidence":
      return approval(ending) ?? "say in a comment what would help, then comment `/loop retry`.";
    case "review_confidence":
    case "review_unreadable":
      return judgedAgain;
    case "same_failure":
      if (ending.of === "same_failure" && isLimit(ending.trouble)) return lessOrMore(ending.trouble);
      if (lacksSignOff(state)) return signedOffFrom(state);
      if (ending.of === "same_failure" && ending.onBase)
        return "have the checks pass on the base branch, then comment `/loop retry`; or say in a comment how they are to be made to pass here.";
      return "say in a comment what to do differently, then comment `/loop retry`.";
    case "risks":
      return (
        approval(ending) ?? "say in a comment what to leave alone, then comment `/loop retry` for another attempt."
      );
    case "permission_asked":
      return "comment `/loop approve` to allow exactly that for one more attempt, or `/loop deny` to continue without it.";
    case "packages_asked":
      return `comment \`/loop approve\` to let this loop fetch exactly these${ending.resume === "verify" ? " and have the same commit judged again" : ""}, or \`/loop deny\` to go on without them.`;
    case "push_declined":
      if (ending.of === "push_declined" && ending.ofCommits === true)
        return `comment \`/loop retry\` for another attempt, which is told what GitHub says above; or change that rule, then ${approving(ending)} to push that commit again.`;
      return `change what made GitHub reject the push, as by leaving ${inlineCode("loop/**")} out of the rule's target, adding this App to its bypass list, or renaming a branch that is in the way, then ${approving(ending)} to push that commit again.`;
    case "merge_declined":
      return `merge ${change} yourself, or change what stopped the merge and ${judgedAgain}`;
    case "ci_silent":
      if (ending.of === "ci_silent" && ending.lacks === "approval")
        return `approve the runs on ${pullLink ?? "the pull request"}, or change in the repository's settings for Actions whose runs wait; then ${judgedAgain}`;
      if (ending.of === "ci_silent" && ending.lacks === "start")
        return `clear what keeps GitHub from starting it, which its own words above name, and have the checks run again; then ${judgedAgain}`;
      if (ending.of === "ci_silent" && ending.lacks === "runner")
        return `have the jobs run again on ${pullLink ?? "the pull request"} (“Re-run failed jobs”${mayNotRerun(state)}), and if a runner is lost each time, see whether the change takes more than it has; then ${judgedAgain}`;
      if (ending.of === "ci_silent" && ending.lacks === "person")
        return `do what is asked for above on ${pullLink ?? "the pull request"} (sign, give access, or change its title or labels), or name the checks that count in \`checks.required\`; then ${judgedAgain}`;
      if (ending.of === "ci_silent" && ending.lacks === "required")
        return `have the required check report on every pull request, or take it off \`checks.required\` and the branch's rules; then ${judgedAgain}`;
      return `once CI works, ${judgedAgain}`;
    case "blocked_on":
      return ending.resume === "verify"
        ? `once CI works, ${judgedAgain}`
        : "once that is resolved, comment `/loop retry`.";
    case "ci_without_result":
      return `have the check run, or set \`checks.skipped: pass\` in \`.github/loop.yml\` where a skipped check is enough; then ${judgedAgain}`;
    case "checks_without_evidence":
      return `correct \`checks.run\` in \`.github/loop.yml\`, or have its commands leave the reports and artifacts it names; then ${judgedAgain}`;
    case "reviewers_disagree":
      return `say in a comment what is right, which the reviewers are told; then ${judgedAgain}`;
    case "canary_approved":
      return `read the change yourself, or name another \`model\` or \`command\` under \`reviewer\` in \`.github/loop.yml\`; then ${judgedAgain}`;
    case "no_criteria":
      return `say in the issue what has to hold in the end, as a list under a heading such as \`Acceptance criteria\`${"unjudged" in ending ? ", or name a command that judges a change in `checks.run` of `.github/loop.yml`" : ""}, then comment \`/loop retry\`; or comment \`/loop approve\` to go on without.`;
    case "not_held":
      return "comment `/loop approve` to take the commit as it is, or `/loop retry` for another attempt, which is told what no test holds.";
    case "knock_out_unknown":
      return `raise \`knock_out.hunks\` or \`knock_out.minutes\` in \`.github/loop.yml\`, or set \`knock_out.not_held: inform\`; then ${judgedAgain}`;
    case "key_refused":
      return `ask whoever runs this App to correct that key, then ${ending.resume === "verify" ? judgedAgain : "comment `/loop retry`."}`;
    case "set_up_failed":
      return `${environmentToMend(state, ending)}, then ${ending.resume === "verify" ? judgedAgain : "comment `/loop retry`."}`;
    case "command_not_run": {
      const part = ending.of === "command_not_run" && ending.role === "reviewer" ? "reviewer" : "agent";
      const onward = ending.resume === "verify" ? judgedAgain : "comment `/loop retry`.";
      return `correct \`${part}.command\` or \`${part}.image\` in \`.github/loop.yml\`, or ask whoever runs this App to correct its defaults; then ${onward}`;
    }
    case "base_conflict":
      return "say in a comment how the two are to be merged, then comment `/loop retry`.";
    case "open_pulls":
      return "merge or close one of those pull requests, then comment `/loop retry`.";
    case "branch_in_the_way":
      return `rename or delete that branch, then comment \`/loop retry\`.`;
    case "provider_down":
      return "once the provider works again, comment `/loop retry`.";
    case "provider_down_review":
      return `once the provider works again, ${judgedAgain}`;
    case "silence":
      return "comment `/loop retry` for another attempt; if the agent only needs longer, raise `silence_minutes` in `.github/loop.yml` first.";
    case "executor_refused":
    case "executors_lost":
    case "reviewer_not_run":
    case "check_not_run":
    case "effect_failed":
      // Nobody's yes is missing: `/loop retry` takes up even a push where it failed.
      return ending.resume === "none"
        ? again(state)
        : "comment `/loop retry`; if it fails again, ask whoever runs this App.";
    case "newer_record":
      return "ask whoever runs this App to upgrade Loopgate.";
    case "issue_closed":
      if (ending.resume !== "none")
        return `reopen this issue, then comment \`/loop retry\` to continue from here, or set the label ${inlineCode(state.label)} again to start a new loop.`;
      return `reopen this issue and set the label ${inlineCode(state.label)} again to start a new loop.`;
    case "stop_command":
    case "label_removed":
      return ending.resume === "none"
        ? again(state)
        : `comment \`/loop retry\` to continue from here, or set the label ${inlineCode(state.label)} again to start a new loop.`;
    case "record_edited":
    case "record_unreliable":
    case "branch_deleted":
    case "branch_gone_at_push":
    case "pull_closed":
    case "out_of_reach":
    case "gate_expired":
      return again(state);
    default:
      return unreachable(of);
  }
}

/** That the App would have had them run again itself. */
function mayNotRerun({ attempts }: LoopState): string {
  return attempts.at(-1)?.rerun === "refused" ? "; Loopgate may not, without the permission `actions: write`" : "";
}

/** How the checks for it call it: the trailer, the words, or the App `DCO` by its own name. */
const signOff = /\bsign(?:ed)?[- ]?off(?:-by)?\b|\bDCO\b/i;

/** A check failed for want of a sign-off, and the policy has none: it states something in law, so only a person may ask for it. */
function lacksSignOff({ attempts, rules }: LoopState): boolean {
  if (rules === null || rules.signOff) return false;
  const found = attempts.flatMap(({ verdict }) => verdict?.findings ?? []);
  return found.some(({ source, title, detail }) => source === "ci" && signOff.test(`${title}\n${detail}`));
}

/** A new loop: such checks read every commit of the branch, and those that are there stay as they are. */
function signedOffFrom(state: LoopState): string {
  return `a check asks for a sign-off on each commit: if one in this App's name is acceptable here, set \`pull_request.sign_off: true\` in \`.github/loop.yml\`, then ${again(state)}`;
}

function isLimit(trouble: Trouble | undefined): boolean {
  return trouble === "file_size" || trouble === "files" || optionThatRaises(trouble) !== null;
}

function lessOrMore(trouble: Trouble | undefined): string {
  const option = optionThatRaises(trouble);
  const more =
    option === null
      ? "ask whoever runs this App what a run may use"
      : `raise \`${option}\` in \`.github/loop.yml\` as far as this App's operator allows`;
  return `have the agent or its image need less, or ${more}; then comment \`/loop retry\`.`;
}

const judgedAgain = "comment `/loop retry` to have the same commit judged again.";

function grantedAgain(ending: Ending): string {
  return ending.resume === "verify"
    ? judgedAgain
    : "comment `/loop retry` to continue from the branch with the policy's limits granted again.";
}

const raisable = { money: "money", attempts: "attempts", loop_time: "time" } as const;

/** Where more of what it lacked can be added by a command; null: nobody may, or there is no room. */
function raising(state: LoopState, { of, resume }: Ending): string | null {
  const what = of === "money" || of === "attempts" || of === "loop_time" ? raisable[of] : null;
  const { raise } = state.rules ?? {};
  if (what === null || raise === undefined || roomFor(state, what).left === 0) return null;
  const who = raise.by === "write" ? "" : `, which takes ${raise.by} permission`;
  const again = resume === "verify" ? "have the same commit judged again" : "continue from the branch";
  return `comment ${inlineCode(examples[what])}, or another amount, to continue with that much more${who}; or \`/loop retry\` to ${again} with the policy's limits granted again.`;
}

/** Where `/loop approve` is what continues: a commit that waits for a yes. */
function approval(ending: Ending): string | null {
  return ending.resume === "publish" && ending.pendingHead !== null
    ? `${approving(ending)} to push exactly that commit, or \`/loop deny\` for another attempt without it.`
    : null;
}

function approving({ pendingHead }: Ending): string {
  return `comment ${inlineCode(pendingHead === null ? "/loop approve" : `/loop approve ${pendingHead.slice(0, 7)}`)}`;
}

function again(state: LoopState): string {
  return `set the label ${inlineCode(state.label)} again to start a new loop.`;
}

type Of = Exclude<Cause["of"], "told">;

/** The cause that an old record's reason mostly had, as far as it matters for what may be done. */
function likely({ reason, resume }: Ending): Of {
  if (reason === "uncertainty_too_high" && resume === "verify") return "review_confidence";
  if (reason === "uncertainty_too_high" && resume === "publish") return "own_confidence";
  if (reason === "permission_required" && resume === "publish") return "push_declined";
  if (reason === "permission_required" && resume === "gate") return "merge_declined";
  return likelyCauses[reason];
}

const likelyCauses: Record<StopReason, Of> = {
  task_complete: "approved",
  verifier_passed: "no_gate",
  nothing_to_do: "nothing_needed",
  budget_limit: "loop_time",
  retry_limit: "attempts",
  no_progress: "same_failure",
  uncertainty_too_high: "question",
  permission_required: "permission_asked",
  risky_action_detected: "risks",
  external_dependency_blocked: "blocked_on",
  stalled: "silence",
  state_tampered: "record_edited",
  policy_invalid: "policy_file",
  cancelled: "stop_command",
  unanswered: "gate_expired",
  infrastructure_error: "effect_failed",
};

/** What is to be done about that which did not make the repository ready. */
function environmentToMend(state: LoopState, ending: Cause): string {
  const { service, image } = ending.of === "set_up_failed" ? ending : {};
  if (image === true)
    return "have that image where it can be had, ask whoever runs this App to see to its registry, or name another one";
  return `correct ${environmentToCorrect(state, service === true)}, or what it needs`;
}

/** Where that stands which did not make the repository ready. */
function environmentToCorrect({ rules }: LoopState, isService: boolean): string {
  const from = rules?.environment?.found?.from;
  if (from === undefined) return `\`environment.${isService ? "services" : "setup"}\` in \`.github/loop.yml\``;
  return `${inlineCode(from)}, or set \`environment\` in \`.github/loop.yml\` (with \`find: false\` that file is not used)`;
}
