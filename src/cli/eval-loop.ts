// One loop without GitHub: its own machine decides, its executor runs in the wall, and `verify` judges what it pushes.
import { setTimeout as delay } from "node:timers/promises";
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import { freezeIssue } from "../brief/freeze.ts";
import type { Clock, RunsPort } from "../engine/ports.ts";
import { executorEnded, noRun, workBrief } from "../engine/run.ts";
import { currentAttempt, rulesOf } from "../loop/begin.ts";
import { leftMs } from "../loop/clock.ts";
import { decide } from "../loop/decide.ts";
import type { Effect } from "../loop/effect.ts";
import type { LoopEvent } from "../loop/event.ts";
import type { NanoUsd } from "../loop/money.ts";
import type { IssueRef, LoopState, Rules, Verdict } from "../loop/state.ts";
import { sha256 } from "../runs/provenance.ts";

export interface EvalLoop {
  readonly id: string;
  readonly issue: IssueRef;
  readonly text: { readonly title: string; readonly body: string };
  readonly base: { readonly branch: string; readonly sha: string };
  readonly rules: Rules;
}

export interface LoopParts {
  readonly runs: RunsPort;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What is said of the commit of an attempt that its run pushed; called once for each. */
  readonly judge: (head: string, attempt: number, run: string) => Promise<Verdict>;
  /** Told what each run came to cost, also of one that was interrupted. */
  readonly onSpent: (nano: NanoUsd) => void;
}

/** Ends at the gate or with an ending, whichever comes first. Throws Fault, and what the signal is aborted with. */
export async function runLoop(parts: LoopParts, loop: EvalLoop): Promise<LoopState> {
  const frozen = freezeIssue({ ...loop.text, comments: [] });
  const events: LoopEvent[] = [labelled(loop)];
  let state: LoopState | null = null;
  for (;;) {
    const event: LoopEvent = events.shift() ?? (await nextEvent(parts, state));
    const decision = decide(state, event, parts.clock.now());
    state = decision.state;
    assert(state !== null, "a labelled issue has a loop");
    if (isOver(state)) return state;
    assert(event.type !== "verdict_read" || state.phase !== "verifying", "a verdict ends the judging");
    for (const effect of decision.effects)
      events.push(...(await perform(parts, { loop, frozen, state: state as LoopState }, effect)));
  }
}

function isOver({ phase, ending }: LoopState): boolean {
  return phase === "awaiting_gate" || phase === "refused" || ending !== null;
}

/** What comes without an effect: the verdict, since nobody else judges, and the end of a rest. */
async function nextEvent(parts: LoopParts, state: LoopState | null): Promise<LoopEvent> {
  assert(state !== null, "a loop begins with its label");
  if (state.phase === "verifying") {
    const { head, number, runs } = currentAttempt(state);
    const [run] = runs;
    assert(head !== null && run !== undefined, "what is judged was pushed by a run");
    return { type: "verdict_read", verdict: await parts.judge(head, number, run.id) };
  }
  const rest = state.phase === "resting" ? state.resumeAt : null;
  assert(rest !== null, `nothing moves a loop in phase ${state.phase}`);
  await delay(Math.max(0, rest.at - parts.clock.now()), undefined, { signal: parts.signal });
  return { type: "alarm", name: "rest" };
}

interface Performing {
  readonly loop: EvalLoop;
  readonly frozen: ReturnType<typeof freezeIssue>;
  readonly state: LoopState;
}

/** What has to do with people, threads and GitHub comes to nothing here. */
async function perform(parts: LoopParts, doing: Performing, effect: Effect): Promise<readonly LoopEvent[]> {
  switch (effect.type) {
    case "read_claim":
      return [claimRead(parts, doing)];
    case "start_run":
      return runExecutor(parts, doing, effect.run);
    case "publish":
      return [{ type: "published", head: effect.head }];
    case "open_pull":
      return [{ type: "pull_opened", pull: { number: 1, nodeId: "", url: "", draft: false } }];
    default:
      return [];
  }
}

const actor = { id: 1, login: "eval", bot: false };
const label = "loop";

function labelled({ issue, id, text }: EvalLoop): LoopEvent {
  return { type: "labelled", issue, loop: id, title: text.title, label, actor, threadSeen: true };
}

function claimRead({ clock }: LoopParts, { loop, frozen }: Performing): LoopEvent {
  const { sha256: hash, removed } = frozen;
  const { title } = loop.text;
  const snapshot = { sha256: hash, title, comments: [], removed: [...removed], at: clock.now() };
  const policy = { ok: true, rules: loop.rules } as const;
  const facts = { permission: "admin", open: true, labels: [label], title, base: loop.base, policy, snapshot } as const;
  return { type: "claim_read", facts };
}

async function runExecutor(
  { runs, clock, signal, onSpent }: LoopParts,
  { state, frozen }: Performing,
  run: string,
): Promise<readonly LoopEvent[]> {
  signal.throwIfAborted();
  const attempt = currentAttempt(state);
  const rules = rulesOf(state);
  const deadlineMs = Math.max(1_000, Math.min(rules.attemptMs, leftMs(state, clock.now())));
  const brief = workBrief(state, attempt, frozen.text, deadlineMs);
  const order = { id: run, loop: state, role: "executor", attempt: attempt.number, deadlineMs } as const;
  try {
    const started = await runs.start({ ...order, brief, startFrom: attempt.base });
    const stop = () => void runs.stop(run, "interrupted");
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const report = await started.done;
    signal.removeEventListener("abort", stop);
    onSpent(report.spentNano ?? 0);
    signal.throwIfAborted();
    const { startedAt, isolation, provenance } = started;
    const begun = { run, startedAt, isolation, briefSha256: sha256(brief) };
    return [
      { type: "run_started", ...begun, ...(provenance === undefined ? {} : { provenance }) },
      executorEnded(rules, run, report, null),
    ];
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "refused") throw error;
    return [executorEnded(rules, run, noRun("refused", error.message, clock.now()), null)];
  }
}
