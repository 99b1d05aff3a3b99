// What comes of the executor: its run ends, its commits are published, the pull request opens.

import { createHash } from "node:crypto";
import {
  beginAttempt,
  closeRun,
  currentAttempt,
  finding,
  quoteOf,
  rulesOf,
  setUpCause,
  withAttempt,
  withRun,
} from "./begin.ts";
import type { Cause } from "./cause.ts";
import { isSameFull } from "./day.ts";
import type { Effect } from "./effect.ts";
import { type Decision, settle, stay } from "./end.ts";
import type { ChangeFacts, LoopEvent } from "./event.ts";
import { beginVerifying, isExcused, mayCount, onRed, unheard } from "./judge.ts";
import { offerPlan } from "./plan.ts";
import type { Attempt, Claim, EndingToBe, Finding, ImageUsed, LoopState, Verdict } from "./state.ts";

type RunEnded = Extract<LoopEvent, { type: "run_ended" }>;

/** Attempts that end through no fault of the executor's rest this long before the next. */
const restMs = 30_000;

/** So many lost executors in a row are our own error. */
const lostInARow = 3;

/** Where it was the model provider's, the first and the second time, at least; after the third in a row a person is asked. */
const providerRestsMs = [60_000, 600_000] as const;

/** The container runs: its facts as inspected go into the attempt. */
export function onRunStarted(state: LoopState, event: Extract<LoopEvent, { type: "run_started" }>): Decision {
  const run = state.attempts.flatMap((attempt) => attempt.runs).find((one) => one.id === event.run);
  if (run === undefined || run.status !== "running") return stay(state, "a run this loop does not wait for");
  const { isolation, briefSha256, startedAt, provenance, planted } = event;
  const made = { ...(provenance && { provenance }), ...(planted && { planted }) };
  const pinned = [provenance?.image ?? null, ...(provenance?.services ?? [])].reduce(withImage, state);
  const seen = withRun(pinned, run.id, {
    isolation,
    briefSha256,
    startedAt,
    delayed: undefined,
    awaits: undefined,
    ...made,
  });
  const phase = state.phase === "preparing" && run.role === "executor" ? "executing" : state.phase;
  const wasQueued = state.queued?.run === run.id;
  const wasHeld = state.dayFull?.run === run.id;
  const effects: Effect[] = wasQueued || wasHeld || run.delayed !== undefined ? [{ type: "write_status" }] : [];
  const { dayFull, ...begun } = { ...seen, phase, queued: wasQueued ? null : state.queued };
  return {
    state: wasHeld || dayFull === undefined ? begun : { ...begun, dayFull },
    effects,
    note: `the ${run.role} runs`,
  };
}

/** What a person can mend is said while the run is tried again and again: nobody waits for hours before "is starting". */
export function onRunDelayed(
  state: LoopState,
  { run, why, awaits }: Extract<LoopEvent, { type: "run_delayed" }>,
): Decision {
  const waiting = state.attempts.flatMap((attempt) => attempt.runs).find(({ id }) => id === run);
  if (waiting?.status !== "running") return stay(state, "a run this loop does not wait for");
  if (waiting.isolation !== null) return stay(state, "late news: the run has started");
  if (waiting.delayed === why) return stay(state, "what was in its way before");
  return {
    state: withRun(state, run, { delayed: why, awaits }),
    effects: [{ type: "write_status" }],
    note: "could not start yet",
  };
}

/** As many containers run as the operator allows: the loop's time stands still until it is this run's turn. */
export function onRunQueued(
  state: LoopState,
  { run, place, of, waitMs }: Extract<LoopEvent, { type: "run_queued" }>,
  now: number,
): Decision {
  const waits = state.attempts.some(({ runs }) => runs.some(({ id, status }) => id === run && status === "running"));
  if (!waits) return stay(state, "a run this loop does not wait for");
  const known = state.queued?.run === run ? state.queued : null;
  const likely = waitMs === undefined ? {} : { waitMs };
  const isNews = known === null || isNewsOf(known.said ?? known.place, place);
  const said = isNews ? {} : { said: known.said ?? known.place };
  const { dayFull, ...inLine } = {
    ...state,
    queued: { run, since: known?.since ?? now, place, of, ...likely, ...said },
  };
  const held = dayFull === undefined || dayFull.run === run ? {} : { dayFull };
  if (!isNews) return stay({ ...inLine, ...held }, `in line: place ${place} of ${of}, near enough to what is said`);
  return {
    state: { ...inLine, ...held },
    effects: [{ type: "write_status" }],
    note: `in line: place ${place} of ${of}`,
  };
}

/** A line moves at every end of a run: a loop in it is told of half the way or twice, and so of the first place always. */
function isNewsOf(known: number, place: number): boolean {
  return Math.max(known, place) >= 2 * Math.min(known, place);
}

/** A day's limit is reached: that is no end, and the loop's time stands still until the next day, which it goes on in by itself. */
export function onDayFull(
  state: LoopState,
  { type, run, ...full }: Extract<LoopEvent, { type: "day_full" }>,
  now: number,
): Decision {
  const waits = state.attempts.some(({ runs }) => runs.some(({ id, status }) => id === run && status === "running"));
  if (!waits) return stay(state, "a run this loop does not wait for");
  const queued = state.queued?.run === run ? null : state.queued;
  const known = state.dayFull?.run === run ? state.dayFull : undefined;
  const held = { ...state, queued, dayFull: { run, since: known?.since ?? now, ...full } };
  if (known !== undefined && isSameFull(known, full)) return stay(held, "waits for the same day to turn");
  return { state: held, effects: [{ type: "write_status" }], note: `the ${full.whose}'s day is used up` };
}

/** What a reference meant at first, it means for the whole loop, wherever its tag goes meanwhile. */
function withImage(state: LoopState, image: ImageUsed | null): LoopState {
  if (image === null || state.images?.[image.reference] !== undefined) return state;
  return { ...state, images: { ...state.images, [image.reference]: image } };
}

/** The executor is done: what it left decides, not what it says. */
export function onExecutorEnded(state: LoopState, told: RunEnded, now: number): Decision {
  const { plans } = currentAttempt(state);
  const event = plans ? { ...told, change: null } : told; // whatever a plan's run left beside its plan is left
  const { claim, change } = event;
  const seen = { gaming: change?.gaming, trace: event.trace, ...(event.attached && { attached: [...event.attached] }) };
  const spared = event.outOfDay === true ? { counted: false, cutByDay: true as const } : {};
  const ended = withAttempt(closeRun(state, event), { claim, change: change?.size ?? null, ...seen, ...spared });
  if (event.status === "lost") return onLost(ended, event, now);
  if (event.status === "silent") return onSilent(ended, event, now);
  if (event.status === "refused") {
    return settle(ended, now, {
      reason: "infrastructure_error",
      of: "executor_refused",
      note: event.note,
      resume: "execute",
    });
  }
  if (plans) return onPlanEnded(ended, event, now);
  const stop =
    stopFromSecret(ended, event, now) ??
    stopFromChange(ended, event, now) ??
    stopFromPackages(ended, event, now) ??
    stopFromClaim(ended, event, now);
  if (stop !== null) return stop;
  if (event.change === null) return onNothingPushed(ended, event, now);
  return publish(ended, event.change, event.run);
}

/** It was to plan and to change nothing. */
function onPlanEnded(state: LoopState, event: RunEnded, now: number): Decision {
  const next =
    stopFromClaim(state, event, now) ??
    offerPlan(state, event.claim, now) ??
    stopFromChange(state, event, now) ??
    stopFromSetUp(state, event, now);
  if (next !== null) return next;
  if (event.modelDown) return onModelDown(state, now);
  const quote = event.claim?.nothingToDo ?? (event.claim?.summary || event.said || null);
  const none = { of: "no_plan", attempt: currentAttempt(state).number, quote } as const;
  return settle(state, now, { reason: "uncertainty_too_high", ...none, resume: "execute" }, [saidOf(state)]);
}

function onLost(state: LoopState, event: RunEnded, now: number): Decision {
  const lostBefore = state.attempts.slice(-lostInARow).every((attempt) => attempt.runs[0]?.status === "lost");
  if (lostBefore && state.attempts.length >= lostInARow) {
    return settle(withAttempt(state, { counted: false }), now, {
      reason: "infrastructure_error",
      of: "executors_lost",
      times: lostInARow,
      note: event.note,
      resume: "execute",
    });
  }
  const rested: LoopState = {
    ...withAttempt(state, { counted: false, endedAt: now }),
    phase: "resting",
    resumeAt: { phase: "preparing", at: now + restMs, why: { of: "executor_lost", note: event.note } },
  };
  return { state: rested, effects: [], note: "the executor's container was lost; resting before another" };
}

/** Whatever it had pushed was cut off in the middle: it is kept and not offered as done. It counts, as a deadline does. */
function onSilent(state: LoopState, event: RunEnded, now: number): Decision {
  const { number } = currentAttempt(state);
  const silence = { of: "silence", attempt: number, note: event.note } as const;
  return keepThenSettle(state, event, now, { reason: "stalled", ...silence, resume: "execute" });
}

/** Ends the loop; what the run left and policy lets out goes to its branch first, so that whoever goes on starts from it. */
function keepThenSettle(state: LoopState, { change, run }: RunEnded, now: number, draft: EndingToBe): Decision {
  if (change === null || !isLetOut(state, change)) return settle(state, now, draft, [saidOf(state)]);
  const kept = publish({ ...state, afterPush: draft }, change, run);
  // The record says first what the push is for: without its store, a loop would offer it as done.
  const effects: Effect[] = [{ type: "write_status" }, ...kept.effects];
  return { ...kept, effects, note: "what was done so far goes to the branch first" };
}

function saidOf(state: LoopState): Effect {
  return { type: "post_attempt", attempt: currentAttempt(state).number };
}

/** Whether policy lets these commits out without a person's yes. */
function isLetOut(state: LoopState, change: ChangeFacts): boolean {
  return change.risks.every((risk) => wasAllowed(state, risk)) && sizeOver(state, change) === null;
}

/** What a run that was called off left: kept for the next attempt, where there can be one and policy lets it out. */
export function withPartial(state: LoopState, { run, change, trace }: RunEnded): LoopState {
  const attempt = state.attempts.at(-1);
  if (attempt?.plans) return state;
  const isNewest = attempt?.runs.some(({ id, role }) => id === run && role === "executor") && attempt.head === null;
  const goesOn = state.phase === "paused" || (state.ending?.resume === "execute" && state.ending.pendingHead === null);
  if (!isNewest || !goesOn || state.afterPush !== undefined || change === null || !isLetOut(state, change))
    return state;
  const { size, gaming } = change;
  return { ...withAttempt(state, { change: size, gaming, trace }), partial: { run, head: change.head } };
}

/** The next attempt; what an earlier one left goes to the branch before it, so that it starts from there. */
export function goOn(state: LoopState, now: number, before: readonly Effect[]): Decision {
  const { partial } = state;
  if (partial === undefined) return beginAttempt(state, now, before);
  const { run, head } = partial;
  const next: LoopState = {
    ...withAttempt(state, { head }),
    phase: "publishing",
    ending: null,
    ...unheard,
    afterPush: "attempt",
    partial: undefined,
  };
  const effects: Effect[] = [...before, { type: "publish", run, head, expected: state.head }];
  return { state: next, effects, note: "what was done so far goes to the branch; then another attempt" };
}

/** What was done so far is on the branch, or cannot go there: the loop ends as it was to, or goes on. */
function afterPush(state: LoopState, now: number): Decision {
  const { afterPush: then, ...left } = state;
  const done: LoopState = { ...left, phase: "executing" }; // an end from here on is no end of a push: it is not to be offered as done
  if (then === undefined || then === "attempt") return beginAttempt(done, now, [{ type: "write_status" }]);
  return settle(done, now, then, [saidOf(done)]);
}

/** The push came to nothing: what was to be kept on the branch is kept here. */
export function notPushed(state: LoopState, now: number): Decision {
  const { head, runs } = currentAttempt(state);
  const run = runs[0]?.id;
  const isKept = head !== null && run !== undefined;
  return afterPush(isKept ? { ...withAttempt(state, { head: null }), partial: { run, head } } : state, now);
}

/** A push that held a secret never left this host; an earlier one of the same run says nothing for the work. */
function stopFromSecret(state: LoopState, event: RunEnded, now: number): Decision | null {
  if (event.trouble !== "secret") return null;
  const { number } = currentAttempt(state);
  const held = finding("policy", "a secret was held back", event.note);
  const judged = withAttempt(state, { verdict: redVerdict(event.change?.head ?? null, [held]) });
  const risk = { of: "risks", attempt: number, quote: event.note } as const;
  return settle(judged, now, { reason: "risky_action_detected", ...risk, resume: "execute" }, [
    { type: "post_attempt", attempt: number },
  ]);
}

function stopFromChange(state: LoopState, event: RunEnded, now: number): Decision | null {
  const { change } = event;
  const number = currentAttempt(state).number;
  const said: Effect[] = [{ type: "post_attempt", attempt: number }];
  const risks = change?.risks.filter((risk) => !wasAllowed(state, risk)) ?? [];
  if (change !== null && risks.length > 0) {
    return settle(
      withAttempt(state, { verdict: redVerdict(change.head, risks) }),
      now,
      {
        reason: "risky_action_detected",
        of: "risks",
        attempt: number,
        quote: told(risks),
        resume: change.grantable ? "publish" : "execute",
        pendingHead: change.grantable ? change.head : null,
      },
      said,
    );
  }
  const over = sizeOver(state, change);
  if (over === null && event.status !== "timed_out") return null;
  const late = { reason: "budget_limit", of: "attempt_time", attempt: number, may: rulesOf(state).attemptMs } as const;
  const kept = over === null && change !== null ? { partial: { run: event.run, head: change.head } } : {};
  return settle(
    { ...state, ...kept },
    now,
    {
      ...(over ?? late),
      resume: change === null ? "execute" : "publish",
      pendingHead: change?.head ?? null,
    },
    said,
  );
}

/** What makes judges see less is told of the whole change: what an earlier commit had, and a person let out, is not asked again. */
function wasAllowed(state: LoopState, risk: Finding): boolean {
  if (risk.source !== "gaming") return false;
  const published = state.attempts.slice(0, -1).filter(({ head }) => head !== null);
  return published.some(({ gaming }) =>
    gaming?.findings.some(({ title, path, detail }) => {
      return title === risk.title && path === risk.path && detail === risk.detail;
    }),
  );
}

/** Each risk with its place, as far as a few lines go: the attempt's own comment has them all. */
function told(risks: readonly Finding[]): string {
  const lines = [...new Set(risks.map(({ title, path, detail }) => `${title}: ${path ?? detail}`.replace(/: $/, "")))];
  const most = 8;
  return [...lines.slice(0, most), ...(lines.length > most ? [`and ${lines.length - most} more`] : [])].join("\n");
}

function sizeOver(state: LoopState, change: ChangeFacts | null): Cause | null {
  if (change === null) return null;
  const { changedLines, changedFiles } = rulesOf(state);
  // What others pushed, such as the base's newer commits, is not the loop's doing.
  const whole = state.othersPushed ? change.size : (change.whole ?? change.size);
  const lines = whole.additions + whole.deletions;
  const { files } = whole;
  const { number: attempt } = currentAttempt(state);
  const reason = "budget_limit";
  if (lines > changedLines) return { reason, of: "changed_lines", attempt, is: lines, may: changedLines };
  if (files > changedFiles) return { reason, of: "changed_files", attempt, is: files, may: changedFiles };
  return null;
}

/** An agent that may fetch would have had something new: what it did without is kept, and a person is asked. */
function stopFromPackages(state: LoopState, event: RunEnded, now: number): Decision | null {
  const cause = { reason: "permission_required", of: "packages_asked", attempt: currentAttempt(state).number } as const;
  const quote = quoteOf(state, cause, event);
  if (quote === null || quote === "") return null;
  return keepThenSettle(withAttempt(state, { counted: false }), event, now, { ...cause, quote, resume: "execute" });
}

function stopFromClaim(state: LoopState, event: RunEnded, now: number): Decision | null {
  const { claim } = event;
  if (claim === null) return null;
  const number = currentAttempt(state).number;
  if (claim.question !== null) {
    const question = { of: "question", attempt: number, quote: asked(claim, claim.question) } as const;
    return keepThenSettle(state, event, now, { reason: "uncertainty_too_high", ...question, resume: "execute" });
  }
  if (claim.permission !== null && !isDecided(state, claim.permission)) {
    const denied = withAttempt(state, { counted: false });
    const asked = { of: "permission_asked", attempt: number, quote: claim.permission } as const;
    return keepThenSettle(denied, event, now, { reason: "permission_required", ...asked, resume: "execute" });
  }
  if (claim.blockedOn !== null) {
    const waiting = withAttempt(state, { counted: false });
    const blocked = { of: "blocked_on", attempt: number, quote: claim.blockedOn } as const;
    return keepThenSettle(waiting, event, now, {
      reason: "external_dependency_blocked",
      ...blocked,
      resume: "execute",
    });
  }
  const { confidence } = rulesOf(state);
  if (claim.confidence !== null && claim.confidence < confidence) {
    const doubt = { of: "own_confidence", attempt: number, is: claim.confidence, least: confidence } as const;
    const head = event.change?.head ?? null;
    const kept = head === null ? {} : { partial: { run: event.run, head } };
    return settle(
      { ...state, ...kept },
      now,
      {
        reason: "uncertainty_too_high",
        ...doubt,
        quote: claim.summary,
        resume: head === null ? "execute" : "publish",
        pendingHead: head,
      },
      [saidOf(state)],
    );
  }
  return null;
}

/** The question as people are asked it: with what the agent offers as answers, and which of them it would take. */
function asked({ choices = [], recommendation }: Claim, question: string): string {
  const offered = choices.map((choice, index) => `${index + 1}. ${choice}`);
  const advice = recommendation === undefined ? [] : [`The agent recommends: ${recommendation}`];
  return [question, ...(offered.length + advice.length > 0 ? [""] : []), ...offered, ...advice].join("\n");
}

/** What a person allowed or refused is not asked again. */
function isDecided({ permits, said = [] }: LoopState, permission: string): boolean {
  return permits.includes(permission) || said.some(({ of, about }) => of === "denied" && about === permission);
}

/** The executor cannot work without its model, so the attempt is not counted; what came before it in a row decides. */
function onModelDown(state: LoopState, now: number): Decision {
  const uncounted = withAttempt(state, { counted: false, endedAt: now });
  const { number } = currentAttempt(state);
  const own = uncounted.attempts.filter(
    ({ number, merges }) => merges !== "conflict" || number === currentAttempt(state).number,
  );
  const made = uncounted.plan?.of; // the attempt that made the plan is never counted, and came to something
  const inVain = own.length - 1 - own.findLastIndex((one) => one.counted || isExcused(one) || one.number === made);
  const rest = spread(providerRestsMs[inVain - 1], state.id);
  const said: Effect[] = [{ type: "post_attempt", attempt: number }];
  if (rest === undefined) {
    const down = { of: "provider_down", attempt: number, inVain: inVain - 1 } as const;
    return settle(uncounted, now, { reason: "external_dependency_blocked", ...down, resume: "execute" }, said);
  }
  const rested: LoopState = {
    ...uncounted,
    phase: "resting",
    resumeAt: { phase: "preparing", at: now + rest, why: { of: "provider_down" } },
  };
  return {
    state: rested,
    effects: [...said, { type: "write_status" }],
    note: "the model provider failed; resting before another attempt",
  };
}

/** Longer by up to a half, for each loop by another part: the outage was one for all of them, and its end is not to be their rush. */
function spread(restMs: number | undefined, loop: string): number | undefined {
  if (restMs === undefined) return undefined;
  const part = createHash("sha256").update(loop).digest().readUInt16BE() / 0x1_00_00;
  return restMs + Math.round((part * restMs) / 2);
}

function onNothingPushed(state: LoopState, event: RunEnded, now: number): Decision {
  const earlier = keptUnjudged(state);
  if (earlier !== undefined && event.status === "finished" && event.trouble == null && !event.modelDown)
    return offerKept(state, earlier, now);
  if (event.claim?.nothingToDo != null && rulesOf(state).reviewer !== null) {
    return beginVerifying(state, now); // without a head: the reviewer judges whether the base already does it
  }
  const misfit = stopFromSetUp(state, event, now);
  if (misfit !== null) return misfit;
  if (event.modelDown) return onModelDown(state, now);
  const verdict = redVerdict(null, [whyNothing(event)]);
  // Nothing twice is the same twice, however the two ended, as long as nobody knows more of it.
  return onRed(state, event.note === "" ? { ...verdict, fingerprint: "run:nothing was pushed" } : verdict, now);
}

/** The attempt whose work is on the branch as it was when it asked or was called off: nobody has judged it. */
function keptUnjudged({ attempts, head }: LoopState): Attempt | undefined {
  return attempts.slice(0, -1).findLast((one) => one.head !== null && one.head === head && one.verdict === null);
}

/** The agent has nothing to add to what is on the branch: that is its work, and it is judged. */
function offerKept(state: LoopState, { base, head, change, gaming, trace }: Attempt, now: number): Decision {
  const offered: LoopState = {
    ...withAttempt(state, { base, head, change, gaming, trace }),
    phase: "publishing",
    ...unheard,
    ciSeen: true, // what CI and people said of it meanwhile was heard by nobody
    reviewSeen: true,
  };
  const next = onPublished(offered, head ?? "", now);
  return { ...next, note: `nothing was added to what is on the branch; ${next.note}` };
}

/** What no further attempt can mend: a command that is not there, a key that is not taken. It is not the executor's doing. */
function stopFromSetUp(state: LoopState, event: RunEnded, now: number): Decision | null {
  const cause = setUpCause(state, event);
  if (cause === null) return null;
  const quote = quoteOf(state, cause, event);
  return settle(withAttempt(state, { counted: false }), now, { ...cause, quote, resume: "execute" }, [
    { type: "post_attempt", attempt: currentAttempt(state).number },
  ]);
}

/** Of a run that pushed nothing: what ended it, where that is known, and else how it ended. */
function whyNothing({ trouble, note, status, exitCode }: RunEnded): Finding {
  if (trouble === "push_refused") return finding("run", "the push was refused", note);
  if (note !== "") return finding("run", `nothing was pushed: ${lowered(note.replace(/\.$/, ""))}`);
  if (status === "failed") return finding("run", `the agent failed with exit code ${exitCode}, and nothing was pushed`);
  return finding("run", "nothing was pushed", "The run ended without a commit on its branch.");
}

/** A sentence as it goes on after a colon. */
function lowered(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

/** A red verdict of ours, on work that no one else has judged. */
function redVerdict(head: string | null, findings: readonly Verdict["findings"][number][]): Verdict {
  const note = findings.map((one) => one.title).join("; ");
  const name = head === null ? "executor" : "policy";
  const source = head === null ? ("run" as const) : ("policy" as const);
  return {
    head,
    colour: "red",
    parts: [{ source, name, colour: "red", note, url: null }],
    findings: [...findings],
    fingerprint: `${source}:${findings.map((one) => `${one.title}|${one.path ?? ""}|${one.detail}`).join("\n")}`.slice(
      0,
      200,
    ),
  };
}

function publish(state: LoopState, change: ChangeFacts, run: string): Decision {
  const next: LoopState = {
    ...withAttempt(state, { head: change.head }),
    phase: "publishing",
    ...unheard,
  };
  const effects: Effect[] = [{ type: "publish", run, head: change.head, expected: state.head }];
  return { state: next, effects, note: "the change passed policy; publishing it" };
}

/** A commit that waited for a person's yes goes out exactly as it was judged. */
export function publishPending(state: LoopState, head: string, before: readonly Effect[]): Decision {
  const next: LoopState = {
    ...withAttempt(state, {
      head,
      endedAt: null,
      verdict: null,
      ...(state.afterPush === undefined ? { counted: mayCount(state) } : {}),
    }),
    phase: "publishing",
    ending: null,
    partial: undefined,
    // A commit that GitHub has already may have been judged by CI while nobody listened.
    ...unheard,
    ciSeen: state.head === head,
    reviewSeen: state.reviewSeen || state.head === head,
  };
  const run = currentAttempt(state).runs[0]?.id ?? "";
  const effects: Effect[] = [...before, { type: "publish", run, head, expected: state.head }];
  return { state: next, effects, note: "a person allowed it; publishing the commit that waited" };
}

/** The branch at GitHub is at our commit, or at what GitHub made of it: that one is judged, and it is the attempt's from now on. */
export function onPublished(state: LoopState, head: string, now: number): Decision {
  // What CI said of a commit before its name was known here was heard by nobody.
  const ciSeen = state.ciSeen || currentAttempt(state).head !== head;
  const pushed = { ...withAttempt(state, { head, ...seenOn(currentAttempt(state), head) }), head, ciSeen };
  if (state.afterPush !== undefined) return afterPush(pushed, now); // whether the base is in it already, nobody judged
  const next = { ...pushed, behind: null };
  if (state.pull === null)
    return { state: next, effects: [{ type: "open_pull" }], note: "published; opening the pull request" };
  return beginVerifying(next, now);
}

/** What was seen of the attempt's commit holds for what GitHub made of it. */
function seenOn({ head: before, gaming, trace }: Attempt, head: string): Pick<Attempt, "gaming" | "trace"> {
  return {
    ...(gaming?.head === before && gaming !== undefined ? { gaming: { ...gaming, head } } : {}),
    ...(trace?.head === before && trace !== undefined ? { trace: { ...trace, head } } : {}),
  };
}

/** The pull request exists: a draft, wherever the repository has drafts. */
export function onPullOpened(
  state: LoopState,
  event: Extract<LoopEvent, { type: "pull_opened" }>,
  now: number,
): Decision {
  const { draft = true, ...pull } = event.pull;
  const next: LoopState = { ...state, pull: draft ? { ...pull, draft } : { ...pull, draft, draftless: true } };
  return beginVerifying(next, now, [{ type: "write_status" }]);
}

/** A person's commits are on the branch: they stay, and the next attempt starts from them. */
export function onOvertaken(state: LoopState, head: string | null, now: number): Decision {
  if (head === null) {
    return settle(state, now, { reason: "cancelled", of: "branch_gone_at_push" });
  }
  const note = finding(
    "person",
    "a person pushed to the branch",
    "Work from the commit that is on the branch now; the previous attempt's own commits were not published.",
  );
  const moved: LoopState = {
    ...withAttempt(state, { counted: false, endedAt: now }),
    head,
    behind: null,
    othersPushed: true,
    changesRequested: [note],
  };
  return state.afterPush === undefined
    ? beginAttempt(moved, now, [{ type: "write_status" }])
    : afterPush({ ...moved, partial: undefined }, now);
}

/**
 * GitHub declined the push for good: a ruleset, a missing permission, push protection. Where it is about the commits, another
 * attempt may make others, and is told what is wrong with these, once a person asks for it.
 */
export function onPublishRefused(
  state: LoopState,
  { message, ofCommits }: Pick<Extract<LoopEvent, { type: "publish_refused" }>, "message" | "ofCommits">,
  now: number,
): Decision {
  if (state.afterPush !== undefined && state.afterPush !== "attempt") return notPushed(state, now);
  const { head: pendingHead, merges } = currentAttempt(state);
  const isOfMerge = merges !== undefined && /\bmerge commits\b/i.test(message); // which it was to make
  const waits = { quote: message, resume: "publish", pendingHead } as const;
  const declined = { reason: "permission_required", of: "push_declined", ...waits } as const;
  if (ofCommits !== true || isOfMerge) return settle(withAttempt(state, { counted: false }), now, declined);
  const wrong = finding("policy", "GitHub's rules declined the commits", message);
  const told = withAttempt(state, { counted: false, head: null, verdict: redVerdict(pendingHead, [wrong]) });
  return settle(told, now, { ...declined, ofCommits }, [saidOf(told)]);
}
