// What Loopgate could not do, for the ending that says so; effects have no names in the thread.
import type { EffectType } from "../../loop/effect.ts";

/** The effect that failed for good, or the decision in which a bug showed. */
export function failureSentence(effect: string): string {
  if (effect === "decide") return "Loopgate has a bug, and it showed while it decided what to do next.";
  const known: Readonly<Record<string, string>> = attempted;
  return `Loopgate tried to ${known[effect] ?? "take the next step"} and could not, so it gave up.`;
}

const attempted: Record<EffectType, string> = {
  write_status: "update its status comment",
  post_attempt: "post what came of an attempt",
  post_stop: "post why the loop ended",
  reply: "reply to a comment",
  answer_without_loop: "reply to a comment",
  check_policy: "show what a pull request makes of the policy",
  pause_all: "pause or resume the loops of this repository",
  read_pause: "look up whether this repository is paused",
  remember: "keep a note of what was corrected",
  run_schedules: "open the issue of a schedule",
  introduce: "introduce itself to a repository that is new to it",
  run_loop: "set the label that begins a loop",
  react: "react to a comment",
  set_labels: "set the labels of this issue",
  read_claim: "read this issue and the policy",
  read_retry: "read this issue and the policy again",
  check_command: "look up who may give commands here",
  read_verdict: "read what CI says of the commit",
  pass_gate: "read who approved the pull request, or merge it",
  read_closing: "look up who closed this issue",
  start_run: "start a container",
  stop_run: "stop a container",
  tell_run: "tell an agent at work what a person said",
  answer_label: "begin the loop of a label that was set again",
  forget_run: "clear away what a container left",
  publish: "push the commit to the loop's branch",
  open_pull: "open the pull request",
  publish_verdict: "show the verdict as a check",
  publish_review: "publish the reviewer's answer as a check",
  publish_knock_out: "show on its lines what no test holds",
  rerun_checks: "have CI run again what failed",
  leave_queue: "take the pull request out of the merge queue",
  update_branch: "merge the base into the loop's branch",
  mark_ready: "mark the pull request as ready for review",
  answer_thread: "answer a comment on the pull request",
  request_reviewers: "ask for reviews",
  set_alarm: "set a timer",
  clear_alarm: "clear a timer",
  release: "clean up after the loop",
};
