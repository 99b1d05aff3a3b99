// One task tried by one agent: its loop, and then the hidden tests.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_LIMITS, type ImageChoice, type Runtime } from "../container/run.ts";
import type { Clock, Log } from "../engine/ports.ts";
import { bringObjects } from "../gateway/git/kept.ts";
import { removeWorkspace } from "../gateway/git/workspace.ts";
import { newLoopId } from "../github/deliveries/loop-id.ts";
import { type NanoUsd, spentOf } from "../loop/money.ts";
import type { LoopState, Rules, Tokens } from "../loop/state.ts";
import type { environmentOf } from "../policy/rules.ts";
import type { Policy } from "../policy/schema.ts";
import { withoutGitHub } from "../runs/origin.ts";
import { keptObjects } from "../runs/provenance.ts";
import { readChange } from "../runs/quarantine.ts";
import { createRuns, type RunParts } from "../runs/runs.ts";
import { outcomeOf } from "../verify/eval/outcome.ts";
import { judgeHidden } from "../verify/eval/proof.ts";
import { verdictWithoutCi } from "../verify/eval/verdict.ts";
import { ownerOfRuns } from "../wire.ts";
import { type EvalLoop, runLoop } from "./eval-loop.ts";
import { originInThePast, storeOf } from "./eval-origin.ts";
import type { TaskEnd } from "./eval-results.ts";
import { type ProvedTask, requireEnd, showAll } from "./eval-tasks.ts";
import { attemptLine } from "./eval-words.ts";
import type { Terminal } from "./terminal.ts";
import { checkHere, gamingIn } from "./verify-judge.ts";

export interface TrialParts {
  readonly runtime: Runtime;
  readonly image: ImageChoice;
  readonly environment: ReturnType<typeof environmentOf>;
  readonly policy: Policy;
  readonly knockOut: number | null;
  readonly models: Pick<RunParts, "models" | "prices" | "ociRuntime">;
  /** Absent: there are none. */
  readonly registries?: RunParts["registries"];
  /** A repository of ours that borrows the user's objects. */
  readonly gitDir: string;
  readonly repository: { readonly owner: string; readonly name: string; readonly branch: string };
  readonly scratchDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

export interface Trial {
  /** From 1, once for each task and agent. */
  readonly number: number;
  readonly task: ProvedTask;
  readonly rules: Rules;
  /** Told what each run came to cost. */
  readonly onSpent: (nano: NanoUsd) => void;
  /** Told of each attempt that was judged, in a line. */
  readonly onAttempt: (told: string) => void;
}

/** Throws Fault, and what the signal is aborted with; nothing is left of it either way. */
export async function tryTask(parts: TrialParts, trial: Trial): Promise<TaskEnd> {
  const dir = join(parts.scratchDir, `task-${trial.number}`);
  await mkdir(dir);
  try {
    return await tryIn(dir, parts, trial);
  } finally {
    await removeWorkspace(dir);
  }
}

async function tryIn(
  dir: string,
  parts: TrialParts,
  { number, task, rules, onSpent, onAttempt }: Trial,
): Promise<TaskEnd> {
  const { runtime, image, environment, clock, signal, terminal } = parts;
  const base = { branch: parts.repository.branch, sha: task.parent };
  const past = { dataDir: dir, gitDir: parts.gitDir, base };
  const store = await storeOf(past);
  const judgedIn = { gitDir: store.gitDir, objectsDir: store.objectsDir, base: task.parent };
  const checkParts = (name: string, head: string) => ({
    ...{ name: `eval-${process.pid}-${number}-${name}`, repository: { ...judgedIn, head } },
    ...{ runtime, image, environment, scratchDir: dir, signal },
  });
  const runs = createRuns({
    ...parts.models,
    ...(parts.registries === undefined ? {} : { registries: parts.registries }),
    ...{ dataDir: dir, runtime, clock, log: parts.log, epoch: 1, limits: DEFAULT_LIMITS },
    origin: originInThePast(past),
    github: withoutGitHub,
    image: () => image,
    owner: ownerOfRuns(runtime),
    identity: { name: "loopgate[bot]", email: "loopgate[bot]@users.noreply.github.com" },
  });
  const began = clock.now();
  const loop = loopOf(parts, number, task, rules, base);
  const state = await runLoop(
    {
      ...{ runs, clock, signal, onSpent },
      async judge(head, attempt, run) {
        await bringObjects(store, keptObjects(past, run));
        const judging = { ...parts, jobs: 1, asksBaseOfNothing: true };
        const quiet = { ...terminal, err: () => {} };
        const shown = await checkHere(checkParts(`attempt-${attempt}`, head), judging, quiet);
        for (const { name, ...facts } of shown.checks)
          for (const run of [facts.head, facts.base]) requireEnd(name, run);
        const gaming = await gamingIn({ ...judgedIn, head }, parts.policy);
        const verdict = verdictWithoutCi(head, rules, { ...shown, gaming });
        onAttempt(attemptLine(attempt, verdict));
        return verdict;
      },
    },
    loop,
  );
  const ms = clock.now() - began;
  const head = lastHead(state);
  if (head !== null) await bringObjects(store, keptObjects(past, head.run));
  const hidden =
    head === null
      ? null
      : judgeHidden(
          task.proof,
          await showAll(checkParts("hidden", head.sha), parts.policy.checks.run, {
            commit: head.sha,
            replaced: task.tests,
          }),
        );
  const verdict = state.attempts.at(-1)?.verdict ?? null;
  const reason = state.ending?.reason ?? null;
  const patch = head === null ? "" : (await readChange(store, task.parent, head.sha)).patch;
  return {
    outcome: outcomeOf({ verdict: verdict?.colour ?? null, hidden, reason }),
    verdict: verdict?.colour ?? null,
    hidden,
    reason,
    said: saidOf(state),
    attempts: state.attempts.length,
    ms,
    ...costOf(state),
    head: head?.sha ?? null,
    patch,
  };
}

function loopOf(
  { repository }: TrialParts,
  number: number,
  { text }: ProvedTask,
  rules: Rules,
  base: EvalLoop["base"],
): EvalLoop {
  const { owner, name } = repository;
  return { id: newLoopId(), issue: { installationId: 1, repositoryId: 1, owner, name, number }, text, base, rules };
}

/** What the loop ended with: the words of its end, else the titles of what was red. */
function saidOf({ ending, attempts }: LoopState): string {
  const findings = attempts.at(-1)?.verdict?.findings ?? [];
  return (ending?.quote ?? findings.map(({ title }) => title).join("\n")).slice(0, 1_000);
}

/** The newest commit that the loop came to, also one that policy held back, and the run that pushed it. */
function lastHead({ attempts }: LoopState): { readonly sha: string; readonly run: string } | null {
  for (const { head, verdict, runs } of attempts.toReversed()) {
    const sha = head ?? verdict?.head ?? null;
    if (sha !== null && runs[0] !== undefined) return { sha, run: runs[0].id };
  }
  return null;
}

function costOf({ attempts }: LoopState): { readonly spentNano: NanoUsd; readonly tokens: Tokens } {
  const runs = attempts.flatMap((attempt) => attempt.runs);
  const sum = (key: keyof Tokens) => runs.reduce((total, { tokens }) => total + tokens[key], 0);
  const tokens = { input: sum("input"), cached: sum("cached"), output: sum("output") };
  return { spentNano: spentOf({ attempts }), tokens };
}
