// Workflow files: an App without the `workflows` permission may not write them, by whatever way.
import type { ForgeContext } from "../caller.ts";
import { Refusal } from "../refusal.ts";

/** Throws GitHub's 403 `Refusal` when one of the paths is a workflow and the caller is an App that may not write those. */
export function requireNoWorkflow(c: ForgeContext, paths: readonly string[]): void {
  const { caller } = c.var;
  if (caller.kind !== "installation" || caller.token.permissions.workflows === "write") return;
  if (paths.some((path) => path.startsWith(".github/workflows/")))
    throw new Refusal(403, "Resource not accessible by integration");
}
