// One run of an own check has ended: what it showed, what is asked next, and when all have spoken.
import { assert } from "../base/assert.ts";
import { closeRun, currentAttempt, overTime, packagesToAsk, rulesOf, withAttempt } from "./begin.ts";
import type { Effect } from "./effect.ts";
import { type Decision, settle } from "./end.ts";
import type { LoopEvent } from "./event.ts";
import { isJudgedHere, readVerdict, startReviewer } from "./judge.ts";
import { asksBase, asksKnockOut, checksPending, checksRefuse, startCheck, startKnockOut } from "./own-checks.ts";
import type { CheckOf, CheckSeen, KnockOutSeen, LoopState } from "./state.ts";

type RunEnded = Extract<LoopEvent, { type: "run_ended" }>;

/** So often is one check begun at one commit before it is our own error that it comes to nothing. */
const checkTries = 3;

/** A check said something of a commit, or came to nothing through no fault of the commit's. */
export function onCheckEnded(state: LoopState, event: RunEnded, now: number): Decision {
  const ended = closeRun(state, event);
  const of = checkOf(ended, event.run);
  const asked = packagesToAsk(ended, event.newPackages);
  if (asked.length > 0) return askForPackages(ended, asked, now);
  if (of.at === "without") return onKnockOutEnded(ended, event, now);
  const seen = event.check ?? null;
  if (seen === null) return onNothingSeen(ended, of, event, now);
  const known = withSeen(ended, of, seen);
  if (of.at !== "head" || !asksBase(seen)) return afterChecks(known, now);
  const asks = seen.state === "green" ? "asking what its pictures were on the base" : undefined;
  return begin(known, { name: of.name, at: "base" }, now, asks);
}

/** Nothing could be judged: it stands on packages that a person has to let in first. */
function askForPackages(state: LoopState, asked: readonly string[], now: number): Decision {
  const { number: attempt } = currentAttempt(state);
  const cause = { reason: "permission_required", of: "packages_asked", attempt } as const;
  return settle(state, now, { ...cause, quote: asked.join("\n"), resume: "verify" });
}

function checkOf(state: LoopState, run: string): CheckOf {
  const check = currentAttempt(state).runs.find(({ id }) => id === run)?.check;
  assert(check !== undefined, `run ${run} is of an own check`);
  return check;
}

function withSeen(state: LoopState, of: CheckOf, seen: CheckSeen): LoopState {
  const checks = currentAttempt(state).checks ?? [];
  return withAttempt(state, {
    checks: checks.map((one) => (one.name === of.name ? { ...one, [of.at]: seen } : one)),
  });
}

/** A container that was lost is begun again; one that may not run at all is not. The attempt is not counted for either. */
function onNothingSeen(state: LoopState, of: CheckOf, { status, note }: RunEnded, now: number): Decision {
  const { runs } = currentAttempt(state);
  const lost = runs.filter((run) => run.status === "lost" && run.check?.name === of.name && run.check.at === of.at);
  if (status !== "refused" && lost.length % checkTries !== 0) return begin(state, of, now);
  const cause = { of: "check_not_run", name: of.name, note } as const;
  return settle(withAttempt(state, { counted: false }), now, {
    reason: "infrastructure_error",
    ...cause,
    resume: "verify",
  });
}

/** Of one that comes to nothing so often, that is said; what follows from it is the policy's. */
function onKnockOutEnded(state: LoopState, event: RunEnded, now: number): Decision {
  const lost = currentAttempt(state).runs.filter((run) => run.status === "lost" && run.check?.at === "without").length;
  const mayAgain = event.status === "lost" && lost % checkTries !== 0;
  if (event.knockOut === undefined && mayAgain && overTime(state, now) === null) {
    const [next, effect] = startKnockOut(state, now);
    return { state: next, effects: [effect], note: "taking parts of the change back once more" };
  }
  const nothing: KnockOutSeen = { held: 0, notHeld: [], unknown: [], beyond: 0, idleTests: [], note: event.note };
  const seen = event.knockOut ?? nothing;
  const known = withAttempt(state, { knockOut: seen });
  const { number: attempt, head } = currentAttempt(known);
  const shown: Effect[] =
    head === null || seen.notHeld.length === 0 ? [] : [{ type: "publish_knock_out", head, attempt, seen }];
  if (isJudgedHere(known) && (known.ciSeen || known.ciOverdue))
    return { state: known, effects: [...shown, readVerdict(known)], note: "all judges here are done; reading CI" };
  return { state: known, effects: shown, note: "it is known what of the change a test holds" };
}

function begin(state: LoopState, of: CheckOf, now: number, asks = "asking whether the base is as red"): Decision {
  const over = overTime(state, now);
  if (over !== null) return settle(state, now, { ...over, resume: "verify" });
  const [next, effect] = startCheck(state, of, now);
  const where = of.at === "base" ? `; ${asks}` : " once more";
  return { state: next, effects: [effect], note: `${of.name} runs${where}` };
}

/** Once all have spoken: the reviewer is asked, unless one of them stands against the commit, and then CI is read. */
function afterChecks(state: LoopState, now: number): Decision {
  if (checksPending(state)) return { state, effects: [], note: "a check has judged; others still do" };
  if (checksRefuse(state)) return read(state, "a check stands against the commit; reading CI beside it");
  const [next, tries] = asksKnockOut(state) ? startKnockOut(state, now) : ([state, null] as const);
  const effects = tries === null ? [] : [tries];
  if (rulesOf(state).reviewer !== null) return startReviewer(next, now, effects);
  if (tries !== null) return { state: next, effects, note: "the checks have judged; taking parts of the change back" };
  if (state.ciSeen || state.ciOverdue) return read(state, "the checks have judged; reading CI");
  return { state, effects: [], note: "the checks have judged; waiting for CI" };
}

function read(state: LoopState, note: string): Decision {
  const effects: Effect[] = [readVerdict(state)];
  return { state, effects, note };
}
