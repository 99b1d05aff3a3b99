// `loopgate bench crowd`: many issues of many repositories labelled at once, beside ten issues and beside one loop after the other.
import type { Crowd, Passed, Place } from "./bench-crowd-stage.ts";
import { median } from "./bench-median.ts";
import { type Promised, promises, verdict } from "./bench-promises.ts";
import { developmentOnly } from "./development.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

export interface CrowdBench {
  readonly issues: number;
  readonly repositories: number;
  /** So many accounts have the App and share the repositories: GitHub's limits hold for each. */
  readonly organisations: number;
  /** Issues that warm the App up, in as many repositories, all labelled at once. */
  readonly few: number;
  /** Loops that are measured one after the other. */
  readonly single: number;
  /** How many runs there may be at once. */
  readonly runs: number;
  readonly json: boolean;
}

/** What the App came to with a crowd, or with ten issues: memory in bytes, its own processor time for each loop in milliseconds. */
interface Figures {
  readonly resident: number;
  readonly peak: number;
  readonly work: number;
  readonly requests: number;
}

/** Prints the figures and their ratios. Resolves to 0, whatever they are, and to 130 after Ctrl-C. Throws `Fault`. */
export async function benchCrowd(options: CrowdBench, terminal: Terminal): Promise<number> {
  const { liveCrowd } = await developmentOnly(() => import("./bench-crowd-stage.ts"));
  return interruptible(async (signal) => {
    const request = { runs: options.runs, terminal, signal };
    terminal.err(`${options.few} issues at once, then one loop after the other\n`);
    const few = await liveCrowd(request, (crowd) => measureFew(crowd, options));
    terminal.err(`${options.issues} issues in ${options.repositories} repositories at once\n`);
    const { figures, passed } = await liveCrowd(request, (crowd) => measureMany(crowd, options));
    const lines = names.map((name) => compare(name, figures, few));
    const share = { ...promises.crowdShare, ratio: longestWait(passed.begun) };
    const { deliveries, requests, comments, minutes } = passed;
    const seen = { deliveries, requests, comments, minutes };
    if (options.json) terminal.out(`${JSON.stringify({ lines, share, seen }, null, 2)}\n`);
    else for (const text of [...lines.map(sentence), ...toldOf(share, seen)]) terminal.out(`${text}\n`);
    return 0;
  });
}

/** A few issues at once warm it up, and tell what memory they take; the loops after them tell what one costs. */
async function measureFew(crowd: Crowd, { few, single }: CrowdBench): Promise<Figures> {
  const places = await placesOf(crowd, { repositories: few, organisations: 1 });
  const { residentBytes } = await crowd.loops(new Map(places.map((place) => [place, 1])));
  const peak = await crowd.peakBytes();
  const each: { work: number; requests: number }[] = [];
  for (let n = 0; n < single; n++) {
    const before = await crowd.workedMs();
    const { requests } = await crowd.loops(new Map([[places[n % places.length] as Place, 1]]));
    each.push({ work: (await crowd.workedMs()) - before, requests: requests.all });
  }
  return {
    resident: residentBytes,
    peak,
    work: median(each.map(({ work }) => work)),
    requests: median(each.map(({ requests }) => requests)),
  };
}

/** The same few first, so that it is as warm. A fifth of the issues are of one repository, and are labelled before all others. */
async function measureMany(
  crowd: Crowd,
  options: CrowdBench,
): Promise<{ readonly figures: Figures; readonly passed: Passed }> {
  const warm = await placesOf(crowd, { repositories: options.few, organisations: 1 });
  await crowd.loops(new Map(warm.map((place) => [place, 1])));
  const places = await placesOf(crowd, options, "crowd");
  const before = await crowd.workedMs();
  const passed = await crowd.loops(shared(places, options.issues));
  const figures = {
    resident: passed.residentBytes,
    peak: await crowd.peakBytes(),
    work: ((await crowd.workedMs()) - before) / options.issues,
    requests: passed.requests.all / options.issues,
  };
  return { figures, passed };
}

async function placesOf(
  crowd: Crowd,
  { repositories, organisations }: Pick<CrowdBench, "repositories" | "organisations">,
  name = "few",
): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (let n = 0; n < repositories; n++)
    places.push(await crowd.place(`${name}-${(n % organisations) + 1}`, `${name}-site-${n + 1}`));
  return places;
}

/** Four fifths are shared evenly, and the first repository has all the others besides. */
function shared(places: readonly Place[], issues: number): ReadonlyMap<Place, number> {
  const each = Math.max(1, Math.floor((issues * 0.8) / places.length));
  return new Map(places.map((place, n) => [place, n === 0 ? issues - each * (places.length - 1) : each]));
}

/**
 * Where repositories take turns, a repository's third run begins among the first three of each: that place in line is its share. How many
 * times as far back the run that waited longest began.
 */
export function longestWait(begun: readonly string[]): number {
  const all = new Set(begun).size;
  const runs = new Map<string, number>();
  return Math.max(
    ...begun.map((repository, before) => {
      const own = (runs.get(repository) ?? 0) + 1;
      runs.set(repository, own);
      return (before + 1) / (own * all);
    }),
  );
}

const measured = {
  resident: promises.crowdResident,
  peak: promises.crowdPeak,
  work: promises.crowdWork,
  requests: promises.crowdRequests,
} as const;
type Name = keyof typeof measured;
const names = Object.keys(measured) as Name[];

interface Line extends Promised {
  readonly name: Name;
  readonly many: number;
  readonly few: number;
  readonly ratio: number;
}

function compare(name: Name, many: Figures, few: Figures): Line {
  return { name, ...measured[name], many: many[name], few: few[name], ratio: many[name] / few[name] };
}

const units: Readonly<Record<Name, (value: number) => string>> = {
  resident: megabytes,
  peak: megabytes,
  work: (value) => `${value.toFixed(0)} ms`,
  requests: (value) => value.toFixed(1),
};

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MB`;
}

function sentence(line: Line): string {
  const shown = units[line.name];
  return `${line.what}: ${shown(line.many)}, ${line.beside} ${shown(line.few)}; ${ratio(line)}`;
}

function ratio(line: Promised & { readonly ratio: number }): string {
  const judged = verdict(line, line.ratio);
  return `${line.ratio.toFixed(2)} x${judged === "" ? "" : ` (${judged})`}`;
}

function toldOf(
  share: Promised & { readonly ratio: number },
  { deliveries, requests, comments, minutes }: Pick<Passed, "deliveries" | "requests" | "comments" | "minutes">,
): readonly string[] {
  return [
    `${share.what}: ${ratio(share)}`,
    `${deliveries.sent} deliveries, ${deliveries.refused} of them not acknowledged, the slowest answer after ${deliveries.slowestMs} ms`,
    `${requests.all} requests in ${minutes.toFixed(0)} minutes by GitHub's clock, ${requests.declined} of them declined by a limit; at most ${comments} comments on an issue`,
  ];
}
