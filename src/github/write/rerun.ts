// Asks CI to run again on the same commit what failed there.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { CheckAgain } from "../../loop/state.ts";
import { type Connection, call, type Repository } from "../client/client.ts";

/**
 * One request for each. `refused`: GitHub took none of them; for a workflow that needs the permission `actions: write`. One
 * that runs again already is as good as asked. Throws `Fault` only where it may work later.
 * https://docs.github.com/rest/actions/workflow-runs#re-run-failed-jobs-from-a-workflow-run,
 * https://docs.github.com/rest/checks/runs#rerequest-a-check-run
 */
export async function rerunChecks(
  connection: Connection,
  repository: Repository,
  checks: readonly CheckAgain[],
): Promise<"asked" | "refused"> {
  let taken = 0;
  for (const check of checks) if (await rerun(connection, repository, check)) taken += 1;
  return taken > 0 ? "asked" : "refused";
}

async function rerun(connection: Connection, repository: Repository, check: CheckAgain): Promise<boolean> {
  const { owner, name: repo } = repository;
  const what = check.of === "workflow" ? `workflow run ${check.id}` : `check run ${check.id}`;
  const attempted = `Could not have ${what} in ${owner}/${repo} run again`;
  try {
    await call(connection, repository, { attempted, shape: z.unknown() }, (client) =>
      check.of === "workflow"
        ? client.request("POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs", {
            owner,
            repo,
            run_id: check.id,
          })
        : client.request("POST /repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest", {
            owner,
            repo,
            check_run_id: check.id,
          }),
    );
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (/already running/i.test(error.message)) return true;
    if (error.retry === "later" && error.kind !== "not_found") throw error;
    return false;
  }
}
