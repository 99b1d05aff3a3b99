// The policy's own checks of one commit: how they begin, what each comes to, and whether they stand against it.
import { currentAttempt, newRun, overTime, rulesOf, withAttempt } from "./begin.ts";
import type { Effect } from "./effect.ts";
import { type Decision, settle } from "./end.ts";
import { showVerdict } from "./show.ts";
import type { CheckOf, CheckResult, CheckSeen, KnockOutSeen, LoopState, Verdict } from "./state.ts";

/** What an own check comes to: `on_base` is as red where the loop began, so that it is not held against the attempt. */
export type CheckColour = "green" | "red" | "on_base" | "no_evidence" | "pending";

/**
 * Green is green. What is not is asked of the base too: as red there, or without evidence there too, it is not the change's
 * doing.
 */
export function colourOfCheck({ head, base }: CheckResult): CheckColour {
  if (head?.state === "green") return "green";
  if (head === null || base === null) return "pending";
  if (head.state === "no_evidence") return base.state === "no_evidence" ? "no_evidence" : "red";
  return isAsRed(head, base) ? "on_base" : "red";
}

/** Whether nothing is red at the head that was not red at the base. Of a long list only all together can be compared. */
function isAsRed(head: CheckSeen, base: CheckSeen): boolean {
  if (base.state !== "red") return false;
  if (head.redAll === base.redAll) return true;
  return head.redCount === head.red.length && head.red.every((one) => base.red.includes(one));
}

/** Whether something is still to be heard of them: how they judge, or what their pictures were before. */
export function checksPending(state: LoopState): boolean {
  return resultsOf(state).some(
    (result) => colourOfCheck(result) === "pending" || (result.base === null && asksBase(result.head)),
  );
}

/** Whether what it showed at the head is to be compared with the base: as red there, or looking another way. */
export function asksBase(head: CheckSeen | null): boolean {
  return head !== null && (head.state !== "green" || head.pictures !== undefined);
}

/** Whether one of them stands against the commit, or shows nothing where it should: then a reviewer need not be paid. */
export function checksRefuse(state: LoopState): boolean {
  return resultsOf(state).some((result) => ["red", "no_evidence"].includes(colourOfCheck(result)));
}

function resultsOf(state: LoopState): readonly CheckResult[] {
  return currentAttempt(state).checks ?? [];
}

/** Starts all of them at the attempt's commit; they run side by side as far as there are containers. */
export function beginChecks(state: LoopState, now: number, before: readonly Effect[]): Decision {
  const over = overTime(state, now);
  if (over !== null) return settle(state, now, { ...over, resume: "verify" }, before.filter(outlivesTheEnd));
  const names = (rulesOf(state).ownChecks ?? []).map(({ name }) => name);
  let next = withAttempt(state, { checks: names.map((name) => ({ name, head: null, base: null })) });
  const effects = [...before];
  for (const name of names) {
    const [started, effect] = startCheck(next, { name, at: "head" }, now);
    next = started;
    effects.push(effect);
  }
  return { state: next, effects, note: "the policy's own checks and CI judge" };
}

/** What a run is called in which all of them judge the commit, a part of the change taken back at a time. */
const knockOut: CheckOf = { name: "knock-out", at: "without" };

/** Whether parts of the change are still to be taken back: policy asks for it, and a check is green that could tell. */
export function asksKnockOut(state: LoopState): boolean {
  const isBegun = currentAttempt(state).knockOut !== undefined;
  return (
    !isBegun && rulesOf(state).knockOut !== undefined && resultsOf(state).some(({ head }) => head?.state === "green")
  );
}

/** Begins, or begins anew, the run in which they are. */
export function startKnockOut(state: LoopState, now: number): [LoopState, Effect] {
  const [next, effect] = startCheck(state, knockOut, now);
  return [withAttempt(next, { knockOut: null }), effect];
}

/** One more run of one check. */
export function startCheck(state: LoopState, check: CheckOf, now: number): [LoopState, Effect] {
  const [run, next] = newRun(state, "check", now);
  const { number: attempt, runs } = currentAttempt(next);
  const begun = withAttempt(next, { runs: [...runs, { ...run, check }] });
  const effect: Effect = { type: "start_run", run: run.id, role: "check", attempt };
  return [{ ...begun, checksStarted: (state.checksStarted ?? 0) + 1 }, effect];
}

/** What is said of an attempt, in its thread and at its commit, and what stops a container is done though nothing further begins. */
export function outlivesTheEnd(effect: Effect): boolean {
  return ["post_attempt", "stop_run", "publish_verdict", "publish_review"].includes(effect.type);
}

/** Checks that show nothing here and on the base cannot judge any attempt: a person has to see to them. */
export function onNoEvidence(state: LoopState, verdict: Verdict, now: number): Decision {
  const unshown = verdict.parts.filter(({ source, colour }) => source === "check" && colour === "pending");
  const [shown, effects] = showVerdict(withAttempt(state, { verdict, counted: false }));
  const names = unshown.map(({ name }) => name);
  const why = { reason: "external_dependency_blocked", of: "checks_without_evidence", names } as const;
  const quote = unshown.map(({ name, note }) => `${name}: ${note}`).join("\n") || null;
  return settle(shown, now, { ...why, quote, resume: "verify" }, effects);
}

/** How many hunks no test holds, and of how many that is not known: those that are listed, and those whose places were forgotten. */
export function openHunks({ notHeld, unknown, unlisted }: KnockOutSeen): { notHeld: number; unknown: number } {
  return {
    notHeld: notHeld.length + (unlisted?.notHeld ?? 0),
    unknown: unknown.length + (unlisted?.unknown ?? 0),
  };
}

/** What no test holds is a person's matter where policy asks, and where it blocks and of some hunks it could not be told. */
export function onUnheld(state: LoopState, verdict: Verdict, now: number, also: readonly Effect[]): Decision {
  const { knockOut } = currentAttempt(state);
  const { notHeld, unknown } = knockOut == null ? { notHeld: 0, unknown: 0 } : openHunks(knockOut);
  const said = verdict.parts.find(({ source }) => source === "knock_out")?.note ?? null;
  if (rulesOf(state).knockOut?.notHeld === "ask") {
    const asked = { reason: "uncertainty_too_high", of: "not_held", hunks: notHeld } as const;
    const [shown, effects] = showVerdict(withAttempt(state, { verdict }));
    return settle(shown, now, { ...asked, quote: said, resume: "execute" }, [...effects, ...also]);
  }
  const [shown, effects] = showVerdict(withAttempt(state, { verdict, counted: false }));
  const untold = { of: "knock_out_unknown", unknown, beyond: knockOut?.beyond ?? 0 } as const;
  return settle(shown, now, { reason: "uncertainty_too_high", ...untold, quote: said, resume: "verify" }, [
    ...effects,
    ...also,
  ]);
}

/** The state with what its checks found left to the verdict, which tells it. */
export function withBriefChecks(state: LoopState): LoopState {
  const { checks } = currentAttempt(state);
  if (checks === undefined) return state;
  return withAttempt(state, { checks: checks.map(briefCheck) });
}

/** A result without its findings, which comes to the same colour. */
export function briefCheck(result: CheckResult): CheckResult {
  const { name, head, base } = result;
  const brief = (seen: CheckSeen | null) => seen && { ...seen, red: [], findings: [] };
  const isOnBase = colourOfCheck(result) === "on_base" && head !== null && base !== null;
  return { name, head: brief(head), base: brief(isOnBase ? { ...base, redAll: head.redAll } : base) };
}
