// Every call of the canonical scenarios, with the process dying before and after it and its outcome unknown, alone and in pairs.
import type { Mishap, Site } from "./boundary.ts";
import type { Failure } from "./campaign.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { type Options, type Outcome, simulate } from "./simulate.ts";

export interface PointsResult {
  readonly points: number;
  readonly failures: readonly Failure[];
}

interface Point {
  readonly call: string; // name and number, as the boundary counts them
  readonly mishap: Mishap;
}

/** A second mishap is tried at each of the calls that follow this closely, and at every so manieth scenario point. */
const pairWithin = 12;
const pairEvery = 37;

/** This worker's share of all points. `most` bounds the single ones of each scenario, for a quick run. */
export async function runPoints(part: number, of: number, most = Number.POSITIVE_INFINITY): Promise<PointsResult> {
  const failures: Failure[] = [];
  let points = 0;
  for (const scenario of scenarios) {
    const calm = await play(scenario, []);
    const wrong = judge(scenario, calm);
    if (wrong !== null) failures.push({ name: scenario.name, violation: wrong });
    const singles = [...pointsOf(calm.calls), ...(scenario === scenarios[0] ? lossesOf(calm.calls) : [])];
    const stride = Math.max(1, Math.ceil(singles.length / most));
    for (let at = part * stride; at < singles.length; at += of * stride) {
      points += 1;
      const found = await tryPoints(scenario, [singles[at]!]);
      if (found.failure !== null) failures.push(found.failure);
      if (stride > 1 || at % pairEvery !== 0) continue;
      for (const second of followers(found.outcome.calls, singles[at]!)) {
        points += 1;
        const { failure } = await tryPoints(scenario, [singles[at]!, second]);
        if (failure !== null) failures.push(failure);
      }
    }
  }
  return { points, failures };
}

async function tryPoints(
  scenario: Scenario,
  points: readonly Point[],
): Promise<{ outcome: Outcome; failure: Failure | null }> {
  const outcome = await play(scenario, points);
  const isLost = points.some(({ mishap }) => mishap === "lose_after");
  const violation = isLost && outcome.loops.length === 0 ? (outcome.violations[0] ?? null) : judge(scenario, outcome);
  const name = `${scenario.name} with ${points.map(({ call, mishap }) => `${call}=${mishap}`).join(" and ")}`;
  return { outcome, failure: violation === null ? null : { name, violation } };
}

/** The scenario with exactly these mishaps. */
export function play(
  scenario: Scenario,
  points: readonly Point[],
  more: Pick<Options, "trace" | "mutate"> = {},
): Promise<Outcome> {
  const planned = new Map(points.map(({ call, mishap }) => [call, mishap]));
  const mishaps = { at: (_site: Site, name: string, nth: number) => planned.get(`${name}#${nth}`) ?? null };
  return simulate({ ...scenario.setup(), mishaps }, { ...more, liveness: true });
}

/** Whatever went wrong on the way, the loop ends as it would have. */
export function judge(scenario: Scenario, outcome: Outcome): string | null {
  if (outcome.violations.length > 0) return outcome.violations[0]!;
  const ends = outcome.loops.map((state) => state.ending?.reason ?? state.phase).join(", ");
  return scenario.ends.includes(ends) ? null : `it ended as ${ends} where ${scenario.ends.join(" or ")} was right`;
}

function pointsOf(calls: readonly string[]): Point[] {
  return calls.flatMap((line) => {
    const [site = "", name = "", nth = ""] = line.split(" ");
    const mishaps: Mishap[] =
      site === "store" ? ["crash_before", "crash_after", "fail_before"] : ["crash_before", "crash_after", "fail_after"];
    return mishaps.map((mishap) => ({ call: `${name}#${nth}`, mishap }));
  });
}

/** The store is lost after every call: what is over by then stays away, and all else ends as it would have. */
function lossesOf(calls: readonly string[]): Point[] {
  return calls.map((line): Point => ({ call: line.split(" ").slice(1).join("#"), mishap: "lose_after" }));
}

/** Deaths at the calls that come right after the first mishap: recovery itself is cut short. */
function followers(calls: readonly string[], first: Point): Point[] {
  const names = calls.map((line) => line.split(" ").slice(1).join("#"));
  const at = names.indexOf(first.call);
  return names.slice(at + 1, at + 1 + pairWithin).map((call): Point => ({ call, mishap: "crash_after" }));
}
