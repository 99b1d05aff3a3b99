// An issue's loop starts nothing beside a run of another: with the store such a loop may be lost, and its record with its thread.
import { issueKeyOf } from "../loop/issue-key.ts";
import type { LoopState } from "../loop/state.ts";
import type { World } from "./world.ts";

/**
 * Ends what an earlier process left running for other loops of the issue; asked once for each issue. Whose repository nobody can
 * tell is left alone. Throws Fault.
 */
export async function endOthers(
  { runs, log, alone }: Pick<World, "runs" | "log" | "alone">,
  { id, issue }: LoopState,
): Promise<void> {
  const key = issueKeyOf(issue.repositoryId, issue.number);
  if (alone.has(key)) return;
  for (const { id: run, loop, repositoryId } of await runs.left(issue)) {
    if (loop === id || repositoryId !== issue.repositoryId) continue;
    await runs.stop(run, "another loop of its issue begins");
    log.info({ issue: key, loop, run }, "ended a run of a loop that is not here any more");
  }
  alone.add(key);
}
