// Of several runs of one check the newest counts: GitHub lists those that it took the place of as well.
import type { CheckFact } from "./facts.ts";

/**
 * The newest run of each name, App, workflow and event, as listed: a run for a push tests another tree than one for a pull
 * request, and neither takes the other's place. Where the workflow is not known, runs supersede each other within
 * their check suite only, as GitHub's own filter has it: two workflows may have a job of the same name. A matrix job that was
 * cancelled or skipped before its name was made has run nothing, and goes where a job of the matrix is listed.
 */
export function newestOf(checks: readonly CheckFact[]): CheckFact[] {
  const newest = new Map<string, CheckFact>();
  for (const check of checks) {
    const known = newest.get(keyOf(check));
    if (known === undefined || startOf(known) <= startOf(check)) newest.set(keyOf(check), check);
  }
  const kept = new Set(newest.values());
  return checks.filter((check) => kept.has(check) && !isUnexpanded(check, checks));
}

/** What waits to start is newer than whatever has started. */
function startOf({ startedAt, done }: CheckFact): number {
  return startedAt === null && !done ? Number.POSITIVE_INFINITY : (startedAt ?? 0);
}

/** Equal for runs of one check, which take each other's place. */
export function keyOf({ name, app, workflow, event, suite }: CheckFact): string {
  const where =
    workflow === undefined || workflow === null ? `suite ${suite ?? ""}` : `workflow ${workflow} ${event ?? ""}`;
  return JSON.stringify([name, app?.id ?? null, where]);
}

/** GitHub expands `test (${{ matrix.node }})` only when the job starts. */
function isUnexpanded({ name, conclusion }: CheckFact, checks: readonly CheckFact[]): boolean {
  const beginning = name.split("${{")[0] ?? "";
  if (beginning === name || (conclusion !== "cancelled" && conclusion !== "skipped")) return false;
  return checks.some((other) => other.name.startsWith(beginning) && !other.name.includes("${{"));
}
