// Which of several runs of one name counts, and what makes a commit red.
import type { CheckRun } from "../model.ts";

/** Conclusions that make a commit red. */
export const failing: readonly string[] = ["failure", "timed_out", "cancelled", "action_required", "stale"];

/**
 * The newest run of each name within each suite, as GitHub's `filter=latest` gives them: a run in another suite (of
 * another workflow run on the same commit) supersedes nothing there. https://github.com/woojubb/robota/issues/2237
 */
export function latestInSuites(runs: readonly CheckRun[]): CheckRun[] {
  const latest = new Map<string, CheckRun>();
  for (const run of runs) latest.set(`${run.suite.id} ${run.name}`, run);
  return [...latest.values()];
}

/**
 * The newest run of each App and name: what pages show and branch rules go by. Of a workflow that two events started both
 * count: https://github.com/wasm-micro-runtime/wasm-micro-runtime/pull/5053
 */
export function latestRuns(runs: readonly CheckRun[]): CheckRun[] {
  const latest = new Map<string, CheckRun>();
  for (const run of runs) latest.set(`${run.app.id} ${run.suite.workflowRun?.event ?? ""} ${run.name}`, run);
  return [...latest.values()];
}
