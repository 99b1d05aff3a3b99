// The command `npm run simulate`: many seeds, one seed, every boundary, or every planted bug, on all cores.
import { hash } from "node:crypto";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
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
  | { readonly kind: "mutants"; readonly names: readonly string[] };

/** A planted bug that so many seeds do not show counts as missed. */
const seedsPerMutant = 2_000;

async function work(job: Job): Promise<unknown> {
  switch (job.kind) {
    case "seeds":
      return runSeeds(job);
    case "points":
      return runPoints(job.part, job.of);
    case "mutants": {
      const results: MutantResult[] = [];
      for (const name of job.names) results.push(await hunt(name, seedsPerMutant));
      return results;
    }
  }
}

function inWorker(job: Job): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // Nearly everything a run makes dies young: with room for it, little is ever copied.
    const resourceLimits = { maxYoungGenerationSizeMb: 128 };
    const worker = new Worker(new URL(import.meta.url), { workerData: job, resourceLimits });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
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
  const results = (await Promise.all(jobs.map(inWorker))) as SeedsResult[];
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

async function exhaustive(): Promise<Told> {
  const of = workers();
  const jobs = Array.from({ length: of }, (_, part): Job => ({ kind: "points", part, of }));
  const results = (await Promise.all(jobs.map(inWorker))) as PointsResult[];
  const points = results.reduce((sum, result) => sum + result.points, 0);
  const failures = results.flatMap((result) => result.failures);
  const lines = failures.slice(0, 20).map(({ name, violation }) => `${name}: ${violation}`);
  lines.push(`${points} points, ${failures.length} violations`);
  return { ok: failures.length === 0, lines, json: { points, failures } };
}

async function planted(): Promise<Told> {
  const names = Object.keys(mutants);
  const of = workers();
  const shares = Array.from({ length: of }, (_, index) => names.filter((_name, at) => at % of === index));
  const jobs = shares.map((share): Job => ({ kind: "mutants", names: share }));
  const results = ((await Promise.all(jobs.map(inWorker))) as MutantResult[][]).flat();
  const caught = results.filter((result) => result.caughtBy !== null).length;
  const lines = results.map(({ mutant, caughtBy, runs }) =>
    caughtBy === null ? `MISSED in ${runs} runs: ${mutant}` : `caught in run ${runs}: ${mutant} (${caughtBy})`,
  );
  lines.push(`${caught} of ${results.length} caught`);
  return { ok: caught === results.length, lines, json: { caught, of: results.length, results } };
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
  if (given.exhaustive) return exhaustive();
  if (given.mutants) return planted();
  if (given.seed === undefined) return seeds(from, count, modes, given.digest);
  return one(seed, modes, new Set(given.without.split(",").filter((name) => name !== "")), given.json);
}

if (isMainThread) process.exitCode = await main();
else parentPort?.postMessage(await work(workerData as Job));
