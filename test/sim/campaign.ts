// What is asked of the simulator: many seeds, every boundary of the canonical scenarios, or every planted bug.
import { createHash } from "node:crypto";
import { cpus } from "node:os";
import { judge, play } from "./exhaustive.ts";
import { mutants } from "./mutants.ts";
import {
  addedToOnClosed,
  aroundAnEnd,
  asksTwice,
  failedPushes,
  lostAndMerged,
  scenarios,
  stoppedWhilePushing,
} from "./scenarios.ts";
import { randomSetup } from "./setup.ts";
import { type Outcome, simulate } from "./simulate.ts";

export type Mode = "safety" | "liveness";

/** One run that went wrong. */
export interface Failure {
  readonly name: string; // the arguments that repeat it
  readonly violation: string;
}

export function runSeed(
  seed: number,
  mode: Mode,
  without?: ReadonlySet<string>,
  trace?: (line: string) => void,
): Promise<Outcome> {
  return simulate(randomSetup(seed, mode), { without, trace, liveness: mode === "liveness" });
}

export interface SeedsResult {
  readonly failures: readonly Failure[];
  readonly digests: readonly string[]; // by seed and mode, where they are asked for
  readonly cpuMs: number; // what the thread that ran them used
}

/** The seeds of one worker: every `step`th from `from`. */
export async function runSeeds(work: {
  from: number;
  count: number;
  step: number;
  modes: readonly Mode[];
  digests?: boolean;
}): Promise<SeedsResult> {
  const failures: Failure[] = [];
  const digests: string[] = [];
  const before = process.threadCpuUsage();
  for (let index = 0; index < work.count; index++) {
    const seed = work.from + index * work.step;
    for (const mode of work.modes) {
      const digest = work.digests === true ? createHash("sha256") : null;
      const trace = digest === null ? undefined : (line: string) => void digest.update(`${line}\n`);
      const outcome = await runSeed(seed, mode, undefined, trace);
      const { violations } = outcome;
      if (violations.length > 0) failures.push({ name: `--seed ${seed} --mode ${mode}`, violation: violations[0]! });
      if (digest !== null) digests.push(`${seed} ${mode} ${digest.update(JSON.stringify(outcome)).digest("hex")}`);
    }
  }
  const used = process.threadCpuUsage(before);
  return { failures, digests, cpuMs: (used.user + used.system) / 1000 };
}

export interface MutantResult {
  readonly mutant: string;
  readonly caughtBy: string | null;
  readonly runs: number; // until it was caught
}

/** Plants the bug and tries seeds until a check notices. */
export async function hunt(mutant: string, seeds: number): Promise<MutantResult> {
  const mutate = mutants[mutant]!;
  const plays = [
    ...[...scenarios, ...lostAndMerged].map((scenario) => ({ scenario, mishaps: [] })),
    { scenario: stoppedWhilePushing, mishaps: failedPushes },
    { scenario: addedToOnClosed, mishaps: [] },
    { scenario: asksTwice, mishaps: [] },
    ...aroundAnEnd,
  ];
  for (const [index, { scenario, mishaps }] of plays.entries()) {
    const caughtBy = judge(scenario, await play(scenario, mishaps, { mutate }));
    if (caughtBy !== null) return { mutant, caughtBy, runs: index + 1 };
  }
  for (let run = 1; run <= seeds; run++) {
    const mode: Mode = run % 2 === 0 ? "safety" : "liveness";
    const { violations } = await simulate(randomSetup(run, mode), { mutate, liveness: mode === "liveness" });
    if (violations.length > 0) return { mutant, caughtBy: violations[0]!, runs: plays.length + run };
  }
  return { mutant, caughtBy: null, runs: plays.length + seeds };
}

/**
 * The fewest of the things that happened which still break the same invariant: halves, then quarters, and so on, are
 * taken away as long as the failure stays.
 */
export async function shrink(
  found: Outcome,
  again: (without: ReadonlySet<string>) => Promise<Outcome>,
): Promise<{ without: string[]; left: string[] }> {
  const invariant = (outcome: Outcome) => outcome.violations[0]?.split(":")[0];
  const without = new Set<string>();
  let left = [...new Set(found.happened)];
  for (
    let size = Math.ceil(left.length / 2);
    size >= 1 && left.length > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < left.length; ) {
      const less = new Set([...without, ...left.slice(at, at + size)]);
      const outcome = await again(less);
      if (invariant(outcome) !== invariant(found)) {
        at += size;
        continue;
      }
      for (const name of left.slice(at, at + size)) without.add(name);
      const still = new Set(outcome.happened);
      left = left.filter((name) => !without.has(name) && still.has(name));
    }
  }
  return { without: [...without], left };
}

/** How many workers a machine can feed. */
export function workers(): number {
  return Math.max(1, Math.min(cpus().length, 4));
}
