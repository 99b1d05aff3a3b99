// What people say with `/loop`, once GitHub has said what they may do.
import { reaction, refuse } from "./answer.ts";
import { goOn, publishPending } from "./attempt.ts";
import { beginAttempt, currentAttempt, mayWrite, onRetryRead, rulesOf, withAttempt } from "./begin.ts";
import { onRaise } from "./budget.ts";
import type { Effect } from "./effect.ts";
import { calledOff, classOf, type Decision, isLive, settle, showStatus, stay } from "./end.ts";
import type { ClaimFacts, Command, LoopEvent, Permission, Verb } from "./event.ts";
import { readGate } from "./gate.ts";
import { goOnFrom } from "./go-on.ts";
import { readVerdict } from "./judge.ts";
import { notesOfDenial } from "./notes.ts";
import { onPauseAll, paused } from "./pause-all.ts";
import { approvePlan, denyPlan, onPlan } from "./plan.ts";
import { onResume } from "./resume.ts";
import { onRun } from "./run-command.ts";
import { cut, withSaid } from "./said.ts";
import type { Ending, LoopState, Said } from "./state.ts";
import { onSteer } from "./steer.ts";

type Checked = Omit<Extract<LoopEvent, { type: "command_checked" }>, "type">;

/** Acts on a command of a person whose permission was just read. Nothing begins on a closed issue. */
export function onCommand(state: LoopState, checked: Checked, now: number): Decision {
  const decision = obeyed(state, checked, now);
  return checked.closed === true && begins(state, decision)
    ? refuse(state, checked.command, { of: "closed" })
    : decision;
}

/** Whether a loop that is over goes on with this decision. */
export function begins(before: LoopState, { state }: Decision): boolean {
  return !isLive(before) && state !== null && isLive(state);
}

function obeyed(state: LoopState, { command, permission, allPaused }: Checked, now: number): Decision {
  if (!mayWrite(permission)) {
    return refuseStranger(state, command, permission);
  }
  if (allPaused !== undefined && startsWork(state, command))
    return refuse(state, command, { of: "all_paused", by: allPaused.by });
  switch (command.verb) {
    case "status":
    case "report":
    case "explain":
      return {
        state,
        effects: [reaction(command, "+1"), { type: "reply", reply: { kind: command.verb } }],
        note: `asked: ${command.verb}`,
      };
    case "stop":
      return onStop(state, command, now);
    case "retry":
      return onRetry(state, command);
    case "approve":
      return onApprove(state, command, now);
    case "pause":
      return onPause(state, command, now);
    case "resume":
      return onResume(state, command, now);
    case "pause-all":
    case "resume-all":
      return onPauseAll(state, command, permission);
    case "unknown":
      return {
        state,
        effects: [reaction(command, "-1"), { type: "reply", reply: { kind: "command_unknown", command } }],
        note: "an unknown command",
      };
    case "help":
      return { state, effects: [{ type: "reply", reply: { kind: "help" } }], note: "asked for help" };
    case "plan":
      return onPlan(state, command, now);
    case "answer":
      return onAnswer(state, command);
    case "deny":
      return state.phase === "awaiting_plan" ? denyPlan(state, command, now) : onDeny(state, command);
    case "steer":
      return onSteer(state, command);
    case "budget":
    case "extend":
      return onRaise(state, command, permission, now);
    case "run":
      return onRun(state, command);
  }
}

const beginning: readonly Verb[] = ["run", "retry", "plan", "approve", "deny", "answer", "budget", "extend"];

/** Whether it would have something begin, or go on, that a paused repository holds. */
function startsWork(state: LoopState, { verb }: Command): boolean {
  return verb === "resume" || (!isLive(state) && beginning.includes(verb));
}

/** So many people without write permission get an answer from one loop. */
const answeredStrangers = 5;

/**
 * Anyone may comment on a public repository: each of them is told once that it takes write permission, a few of them in all,
 * so that no stranger makes the App write without end.
 */
function refuseStranger(state: LoopState, command: Command, permission: Permission): Decision {
  const stranger = `stranger/${command.actor.id}`;
  const told = state.refusalsSaid.filter((said) => said.startsWith("stranger/"));
  if (told.includes(stranger) || told.length >= answeredStrangers)
    return stay(state, "refused without a word: no_permission");
  const reply = { kind: "command_refused", command, why: { of: "no_permission", permission } } as const;
  const next = { ...state, refusalsSaid: [...state.refusalsSaid, stranger] };
  return { state: next, effects: [{ type: "reply", reply }], note: "refused: no_permission" };
}

function onStop(state: LoopState, command: Command, now: number): Decision {
  if (!isLive(state) || state.mergedBy !== null) return refuse(state, command, { of: "nothing_to_stop" });
  const { login } = command.actor;
  return settle(state, now, calledOff(state, "stop_command", login), [reaction(command, "+1")]);
}

function onRetry(state: LoopState, command: Command): Decision {
  if (state.phase !== "settled" || state.ending === null) {
    return refuse(state, command, { of: "not_stopped" });
  }
  if (state.ending.resume === "none" || classOf(state.ending.reason) === "well") {
    return refuse(state, command, { of: "ended_for_good", reason: state.ending.reason });
  }
  return { state, effects: [reaction(command, "+1"), { type: "read_retry" }], note: "reading the issue again" };
}

/** The issue was read again for `/loop retry`: the loop goes on where its ending says. */
export function onRetryFacts(state: LoopState, facts: ClaimFacts, now: number): Decision {
  if (state.phase !== "settled" || state.ending === null) return stay(state, "the loop goes on already");
  const again = onRetryRead(state, facts, now);
  if ("effects" in again) return again;
  const before: Effect[] = [{ type: "write_status" }, showStatus(again, "running", true)];
  return goOnFrom(again, state.ending, now, before);
}

function onApprove(state: LoopState, command: Command, now: number): Decision {
  if (state.phase === "awaiting_gate") return approveAtGate(state, command);
  const { ending } = state;
  if (state.phase === "awaiting_plan" || ending?.of === "plan_expired") return approvePlan(state, command, now);
  if (state.phase !== "settled" || ending === null) return refuse(state, command, { of: "nothing_to_approve" });
  if (asksPermission(ending)) {
    return grant(state, command, ending, now);
  }
  if (ending.of === "no_criteria") return beginWithoutCriteria(state, command, now);
  if (ending.of === "not_held") return takeUnheld(state, command, now);
  if (ending.resume !== "publish" || ending.pendingHead === null) {
    return refuse(state, command, { of: "nothing_to_approve" });
  }
  if (!names(command, ending.pendingHead))
    return refuse(state, command, { of: "other_commit", head: ending.pendingHead });
  const { before, ready } = reopened(state, command);
  return publishPending(ready, ending.pendingHead, before);
}

/** The agent's question is answered, by the number of a choice it gave or in words, and the loop goes on. */
function onAnswer(state: LoopState, command: Command): Decision {
  const { ending } = state;
  // Of an earlier version only the reason and what goes on are known.
  const isTold = ending?.of === "told" && ending.reason === "uncertainty_too_high" && ending.resume === "execute";
  if (state.phase !== "settled" || (ending?.of !== "question" && !isTold))
    return refuse(state, command, { of: "nothing_asked" });
  const words = command.argument.trim();
  if (words === "") return refuse(state, command, { of: "nothing_said" });
  const { claim } = currentAttempt(state);
  const { choices = [] } = claim ?? {};
  // Where a small record has forgotten the claim, the ending still quotes the question with its numbers.
  const number = claim !== null && /^\d{1,3}$/.test(words) ? Number(words) : null;
  const question = claim?.question ?? ending.quote;
  const chosen = number === null ? words : choices[number - 1];
  if (chosen === undefined) return refuse(state, command, { of: "no_such_choice", choices: choices.length });
  const heard = withSaid(state, { of: "answer", by: command.actor.login, text: chosen, ...aboutOf(question) });
  return { state: heard, effects: [reaction(command, "+1"), { type: "read_retry" }], note: "the question is answered" };
}

/** A person refuses what the loop stopped to ask for: the next attempt does without, and is told so. */
function onDeny(state: LoopState, command: Command): Decision {
  if (state.phase === "awaiting_gate") return refuse(state, command, { of: "deny_at_gate" });
  const { ending } = state;
  const isWish = ending !== null && asksPermission(ending);
  const asks = isWish || (ending?.resume === "publish" && ending.pendingHead !== null);
  const isOurs = ending?.of === "push_declined" || ending?.of === "effect_failed"; // nobody asked a person for these
  if (state.phase !== "settled" || ending === null || !asks || isOurs)
    return refuse(state, command, { of: "nothing_to_deny" });
  const [word = ""] = command.argument.trim().toLowerCase().split(/\s/, 1);
  const names = /^[0-9a-f]{7,40}$/.test(word);
  if (names && ending.pendingHead !== null && !ending.pendingHead.startsWith(word))
    return refuse(state, command, { of: "other_commit", head: ending.pendingHead });
  const text = names ? command.argument.trim().slice(word.length).trim() : command.argument.trim();
  const heard = withSaid(state, { of: "denied", by: command.actor.login, text, ...aboutOf(ending.quote) });
  const without = isWish ? heard : { ...heard, partial: undefined }; // nothing of what was refused goes on
  const effects: Effect[] = [reaction(command, "+1"), ...notesOfDenial(state, command, text), { type: "read_retry" }];
  return { state: without, effects, note: "a person refused it" };
}

/** Whether it ended with a wish that a person may grant or refuse. */
function asksPermission({ reason, of, resume, quote }: Ending): boolean {
  const isWish = resume === "execute" || of === "packages_asked";
  return reason === "permission_required" && isWish && quote !== null;
}

function aboutOf(text: string | null): Pick<Said, "about"> {
  return text === null ? {} : { about: cut(text) };
}

/** A person does without: the reviewer judges the issue as a whole. */
function beginWithoutCriteria(state: LoopState, command: Command, now: number): Decision {
  const { before, ready } = reopened(state, command);
  return beginAttempt(ready, now, before);
}

/** A person takes what no test holds: the same commit is judged by the rest of what is known, and by CI as it is now. */
function takeUnheld(state: LoopState, command: Command, now: number): Decision {
  const { head } = currentAttempt(state);
  if (head === null || !names(command, head)) return refuse(state, command, { of: "other_commit", head: head ?? "" });
  const { before, ready } = reopened(state, command);
  const judged: LoopState = {
    ...withAttempt(ready, { verdict: null, endedAt: null }),
    phase: "verifying",
    ending: null,
    ciSeen: true,
    ciOverdue: false,
    ciSince: now,
    reviewSeen: true,
    unheldTaken: head,
  };
  return { state: judged, effects: [...before, readVerdict(judged)], note: "a person takes what no test holds" };
}

function approveAtGate(state: LoopState, command: Command): Decision {
  const head = currentAttempt(state).head ?? "";
  const { actor: person, commentId: comment } = command;
  if (person.id === state.requester.id && rulesOf(state).approvers !== "anyone")
    return refuse(state, command, { of: "own_loop" });
  if (command.onLine === true) return refuse(state, command, { of: "on_line" });
  if (!names(command, head)) return refuse(state, command, { of: "other_commit", head });
  const approval = { person, comment, head, ...(command.review === undefined ? {} : { review: true }) };
  const approved = { ...state, approvals: [...state.approvals, approval] };
  const read = readGate(approved);
  return { ...read, effects: [reaction(command, "+1"), ...read.effects] };
}

/** True when the command names no commit, or names this one by at least 7 of its digits. */
export function names(command: Pick<Command, "argument">, head: string): boolean {
  const sha = command.argument.trim().toLowerCase();
  return sha === "" || (sha.length >= 7 && head.startsWith(sha));
}

function grant(state: LoopState, command: Command, ending: Ending, now: number): Decision {
  const { before, ready } = reopened(state, command);
  if (ending.of === "packages_asked") {
    const names = (ending.quote ?? "").split("\n");
    const packagesAllowed = [...new Set([...(state.packagesAllowed ?? []), ...names])];
    return goOnFrom({ ...ready, packagesAllowed }, ending, now, before);
  }
  // It is for the attempt that follows, so the one that asked has not used it up; earlier versions counted that.
  const asked = withAttempt(ready, { counted: false });
  return goOn({ ...asked, permits: [...state.permits, ending.quote ?? ""] }, now, before);
}

function reopened(state: LoopState, command: Command): { before: Effect[]; ready: LoopState } {
  const shown = showStatus(state, "running", true);
  return { before: [reaction(command, "+1"), { type: "write_status" }, shown], ready: state };
}

function onPause(state: LoopState, command: Command, now: number): Decision {
  if (!isLive(state) || state.phase === "paused" || state.rules === null || state.mergedBy !== null) {
    return refuse(state, command, { of: "nothing_to_pause" });
  }
  return paused(state, { of: "pause_command", by: command.actor.login }, now, [reaction(command, "+1")]);
}
