// Which checks were both red and green on one commit.
import { cutShortBy } from "./cut-short.ts";
import type { CheckFact } from "./facts.ts";
import { keyOf } from "./newest.ts";

const red = ["failure", "timed_out"];

/** Whether runs of the same check, by name, App, workflow and event, ended both ways. Who cancelled a run said nothing of the commit. */
export function flakyIn(checks: readonly CheckFact[]): (check: CheckFact) => boolean {
  const ends = new Map<string, Set<string>>();
  for (const check of checks) {
    if (!check.done || check.conclusion === null || check.app === null || check.unstarted === true) continue;
    if (cutShortBy(check) !== null) continue;
    const known = ends.get(keyOf(check)) ?? new Set();
    ends.set(keyOf(check), known.add(red.includes(check.conclusion) ? "red" : check.conclusion));
  }
  return (check) => {
    const found = ends.get(keyOf(check));
    return found?.has("red") === true && found.has("success");
  };
}
