// Plan first: an agent says how it means to do the work, and nothing of it is done before a person has said yes.
import { reaction, refuse } from "./answer.ts";
import { beginAttempt, currentAttempt, withAttempt } from "./begin.ts";
import type { Effect } from "./effect.ts";
import { type Decision, isLive, settle, showStatus } from "./end.ts";
import type { Command } from "./event.ts";
import { withSaid } from "./said.ts";
import type { Claim, LoopState } from "./state.ts";

/** Whether this run of the loop only plans: it may push nothing, and nothing of what it left is taken. */
export function plansOnly({ attempts }: Pick<LoopState, "attempts">, run: string): boolean {
  return attempts.some(({ plans, runs }) => plans === true && runs.some(({ id }) => id === run));
}

/** The plan of the attempt that just ended is shown, and a person is waited for; null: there is none. */
export function offerPlan(state: LoopState, claim: Claim | null, now: number): Decision | null {
  if (claim?.plan === undefined) return null;
  const { plan: offered, ...rest } = claim;
  const { number } = currentAttempt(state);
  const next: LoopState = {
    ...withAttempt(state, { endedAt: now, claim: rest }),
    phase: "awaiting_plan",
    plan: { stage: "offered", offered, of: number, ...(state.plan?.asked === true ? { asked: true } : {}) },
    gateSince: now,
    gateReminded: false,
  };
  const effects: Effect[] = [
    { type: "post_attempt", attempt: number },
    { type: "write_status" },
    showStatus(next, "gate"),
  ];
  return { state: next, effects, note: "there is a plan; a person is asked to approve it" };
}

/** `/loop approve` on a plan: on the one that is shown, and on nothing beside it. */
export function approvePlan(state: LoopState, command: Command, now: number): Decision {
  const { plan } = state;
  if (plan?.offered === undefined) return refuse(state, command, { of: "nothing_to_approve" });
  if (command.argument.trim() !== "") return refuse(state, command, { of: "plan_words" });
  if (command.review !== undefined) return refuse(state, command, { of: "plan_in_review" });
  if (plan.of !== undefined && !isAfter(command, state.comments.attempts[String(plan.of)]))
    return refuse(state, command, { of: "plan_newer" });
  const approved: LoopState = { ...state, plan: { ...plan, stage: "approved", by: command.actor.login } };
  const before: Effect[] = [
    reaction(command, "+1"),
    { type: "write_status" },
    showStatus(approved, "running", !isLive(state)),
  ];
  return beginAttempt(approved, now, before);
}

/** Comments are numbered in the order of writing: one before the plan, or while it is still to be posted, is about another. */
function isAfter({ commentId }: Command, shown: number | undefined): boolean {
  return shown !== undefined && commentId > shown;
}

/** `/loop plan WORDS`: the plan is made anew and told what should be different; `/loop plan` after an end plans before going on. */
export function onPlan(state: LoopState, command: Command, now: number): Decision {
  const text = command.argument.trim();
  if (state.phase === "awaiting_plan") {
    if (text === "") return refuse(state, command, { of: "nothing_said" });
    const before: Effect[] = [reaction(command, "+1"), { type: "write_status" }, showStatus(state, "running")];
    return beginAttempt(heard(wanted(state), command, text), now, before);
  }
  if (isLive(state)) return refuse(state, command, { of: "plan_at_work" });
  if (state.phase !== "settled" || (state.ending?.resume ?? "none") === "none")
    return refuse(state, command, { of: "over" });
  const next = heard(wanted(state), command, text);
  return { state: next, effects: [reaction(command, "+1"), { type: "read_retry" }], note: "a plan is wanted first" };
}

/** `/loop deny`: nothing is begun; whoever wants another plan asks for it. */
export function denyPlan(state: LoopState, command: Command, now: number): Decision {
  const text = command.argument.trim();
  const said = withSaid(state, { of: "denied", by: command.actor.login, text, about: "the plan" });
  return settle(
    said,
    now,
    { reason: "cancelled", of: "plan_denied", by: command.actor.login, quote: text || null, resume: "execute" },
    [reaction(command, "+1")],
  );
}

function wanted(state: LoopState): LoopState {
  return { ...state, plan: { ...state.plan, stage: "wanted", asked: true } };
}

function heard(state: LoopState, { actor }: Command, text: string): LoopState {
  return text === "" ? state : withSaid(state, { of: "steer", by: actor.login, text });
}
