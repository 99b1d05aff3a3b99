// The command `npm run simulate`: many seeds, one seed, every boundary, or every planted bug, on all cores.
import { hash } from "node:crypto";
import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { givenOptions } from "../script-options.ts";
import {
  type Failure,
  hunt,
  type Mode,
  type MutantResult,
  runSeed,
  runSeeds,
  type SeedsResult,
  shrink,
  workers,
} from "./campaign.ts";
import { type PointsResult, runPoints } from "./exhaustive.ts";
import { mutants } from "./mutants.ts";

const help = `npm run simulate -- [options]

  --seeds N          so many seeds (default 1000), each in the modes asked for
  --from S           the first seed (default 1)
  --mode M           safety, liveness or both (default both)
  --seed S           one seed, with everything that happens; with --without, a smaller one
  --without A,B      names of acts and mishaps that do not happen
  --exhaustive       every call of five canonical scenarios, failing in every way, alone and in pairs
  --mutants          plants known bugs one at a time; each must be caught
  --digest           one hash over all that happened in the seeds: equal where a change left every run as it was
  --json             prints the result as JSON
  --help             prints this

Exit code: 0 when nothing was violated and every bug was caught, 1 otherwise, 2 for wrong options.
`;

type Job =
  | {
      readonly kind: "seeds";
      readonly from: number;
      readonly count: number;
      readonly step: number;
      readonly modes: readonly Mode[];
      readonly digests: boolean;
    }
  | { readonly kind: "points"; readonly part: number; readonly of: number }
  | { readonly kind: "mutant"; readonly name: string };

/** A planted bug that so many seeds do not show counts as missed. */
const seedsPerMutant = 2_000;

async function work(job: Job): Promise<unknown> {
  switch (job.kind) {
    case "seeds":
      return runSeeds(job);
    case "points":
      return runPoints(job.part, job.of);
    case "mutant":
      return hunt(job.name, seedsPerMutant);
  }
}

/** Does the jobs on all cores, each worker taking the next one as it is done with the last; tells of each as it ends. */
async function inWorkers<Result>(jobs: readonly Job[], onDone: (result: Result) => void = () => {}): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...jobs];
  const busy = Array.from({ length: Math.min(workers(), jobs.length) }, async () => {
    // Nearly everything a run makes dies young: with room for it, little is ever copied.
    const worker = new Worker(new URL(import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 128 } });
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const answer = once(worker, "message"); // rejects where the worker fails
      worker.postMessage(job);
      const [result] = (await answer) as [Result];
      results.push(result);
      onDone(result);
    }
    await worker.terminate();
  });
  await Promise.all(busy);
  return results;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

interface Told {
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly json: object;
}

async function seeds(from: number, count: number, modes: readonly Mode[], digests: boolean): Promise<Told> {
  const step = workers();
  const shares = Array.from({ length: step }, (_, index) => Math.ceil((count - index) / step));
  const jobs = shares.map(
    (share, index): Job => ({ kind: "seeds", from: from + index, count: share, step, modes, digests }),
  );
  const results = await inWorkers<SeedsResult>(jobs);
  const failures = results.flatMap((result) => result.failures);
  const perSeed = results.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / Math.max(1, count);
  const digest = hash(
    "sha256",
    results
      .flatMap((result) => result.digests)
      .sort()
      .join("\n"),
  );
  const lines = failures.slice(0, 20).map(({ name, violation }) => `${violation}\n  node test/sim/run.ts ${name}`);
  const first = failures[0];
  if (first !== undefined) lines.push(await smaller(first));
  if (digests) lines.push(`digest ${digest}`);
  lines.push(`${count} seeds, ${failures.length} violations, ${perSeed.toFixed(1)} ms of CPU time for each`);
  const json = { seeds: count, modes, failures, cpuMsPerSeed: perSeed, ...(digests ? { digest } : {}) };
  return { ok: failures.length === 0, lines, json };
}

async function smaller({ name, violation }: Failure): Promise<string> {
  const [, seed = "", mode = ""] = /--seed (\d+) --mode (\w+)/.exec(name) ?? [];
  const found = await runSeed(Number(seed), mode as Mode);
  const { without, left } = await shrink(found, (less) => runSeed(Number(seed), mode as Mode, less));
  const flags = without.length === 0 ? "" : ` --without ${without.join(",")}`;
  return `The first, with only ${left.length} of ${found.happened.length} happenings left (${left.join(", ")}):\n${violation}\n  node test/sim/run.ts ${name}${flags}`;
}

async function one(seed: number, modes: readonly Mode[], without: ReadonlySet<string>, quiet: boolean): Promise<Told> {
  const violations: string[] = [];
  for (const mode of modes) {
    const outcome = await runSeed(seed, mode, without, quiet ? undefined : say);
    violations.push(...outcome.violations.map((violation) => `${mode}: ${violation}`));
  }
  const lines = [...violations, `1 seeds, ${violations.length} violations`];
  return { ok: violations.length === 0, lines, json: { seed, modes, violations } };
}

/** So many parts that somebody who waits sees it go on, and no core is idle for long at the end. */
const parts = 16;

async function exhaustive(tell: (line: string) => void): Promise<Told> {
  const of = parts;
  const jobs = Array.from({ length: of }, (_, part): Job => ({ kind: "points", part, of }));
  let done = 0;
  const results = await inWorkers<PointsResult>(jobs, (result) => {
    done += 1;
    tell(`${done} of ${of} parts: ${result.points} points, ${result.failures.length} violations`);
  });
  const points = results.reduce((sum, result) => sum + result.points, 0);
  const failures = results.flatMap((result) => result.failures);
  const lines = failures.slice(0, 20).map(({ name, violation }) => `${name}: ${violation}`);
  lines.push(`${points} points, ${failures.length} violations`);
  return { ok: failures.length === 0, lines, json: { points, failures } };
}

async function planted(tell: (line: string) => void): Promise<Told> {
  const jobs = Object.keys(mutants).map((name): Job => ({ kind: "mutant", name }));
  const results = await inWorkers<MutantResult>(jobs, (result) => tell(lineOf(result)));
  const missed = results.filter((result) => result.caughtBy === null);
  const lines = [...missed.map(lineOf), `${results.length - missed.length} of ${results.length} caught`];
  return {
    ok: missed.length === 0,
    lines,
    json: { caught: results.length - missed.length, of: results.length, results },
  };
}

function lineOf({ mutant, caughtBy, runs }: MutantResult): string {
  return caughtBy === null ? `MISSED in ${runs} runs: ${mutant}` : `caught in run ${runs}: ${mutant} (${caughtBy})`;
}

const options = {
  seeds: { type: "string", default: "1000" },
  from: { type: "string", default: "1" },
  mode: { type: "string", default: "both" },
  seed: { type: "string" },
  without: { type: "string", default: "" },
  exhaustive: { type: "boolean", default: false },
  mutants: { type: "boolean", default: false },
  digest: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

async function main(): Promise<number> {
  const given = givenOptions(options, help);
  if (typeof given === "number") return given;
  const modes = { safety: ["safety"], liveness: ["liveness"], both: ["safety", "liveness"] }[given.mode] as
    | Mode[]
    | undefined;
  const numbers = [given.seeds, given.from, given.seed ?? "1"].map(Number);
  if (modes === undefined || numbers.some((number) => !Number.isInteger(number) || number < 0)) {
    process.stderr.write(`--seeds, --from and --seed take whole numbers, --mode safety, liveness or both.\n\n${help}`);
    return 2;
  }
  const told = await chosen(given, numbers as [number, number, number], modes);
  say(given.json ? JSON.stringify(told.json, null, 2) : told.lines.join("\n"));
  return told.ok ? 0 : 1;
}

type Given = Exclude<ReturnType<typeof givenOptions<typeof options>>, number>;

function chosen(given: Given, [count, from, seed]: [number, number, number], modes: readonly Mode[]): Promise<Told> {
  const tell = given.json ? () => {} : say;
  if (given.exhaustive) return exhaustive(tell);
  if (given.mutants) return planted(tell);
  if (given.seed === undefined) return seeds(from, count, modes, given.digest);
  return one(seed, modes, new Set(given.without.split(",").filter((name) => name !== "")), given.json);
}

if (isMainThread) process.exitCode = await main();
else parentPort?.on("message", async (job: Job) => parentPort?.postMessage(await work(job)));
