// How a pull request stands before its merge, in GitHub's words: known late, and for one pair of commits only.

import type { Pull } from "../model.ts";
import { failing, latestRuns } from "./latest.ts";
import { isBlocked } from "./requirements.ts";
import { latestStatuses } from "./statuses.ts";

export type MergeState = "unknown" | "dirty" | "draft" | "behind" | "blocked" | "unstable" | "clean";

/** What was computed for the commits as they are now; null until then, and for what is closed. */
export function knownMergeability(pull: Pull): Pull["mergeability"] {
  const known = pull.mergeability;
  if (!known || pull.issue.state === "closed") return null;
  return known.head === pull.head.sha && known.base === pull.base.sha ? known : null;
}

/** https://docs.github.com/graphql/reference/enums#mergestatestatus */
export function mergeStateOf(pull: Pull): MergeState {
  const known = knownMergeability(pull);
  if (!known) return "unknown";
  if (!known.mergeable) return "dirty";
  if (pull.draft) return "draft";
  const { repository, ref } = pull.base;
  if (isBlocked(pull)) return "blocked"; // whatever else it is
  if (repository.rules.get(ref)?.upToDate && known.behind) return "behind";
  const runs = latestRuns(repository.runs.filter((run) => run.headSha === pull.head.sha));
  const bad = runs.some((run) => run.status !== "completed" || failing.includes(run.conclusion ?? ""));
  const statuses = latestStatuses(repository, pull.head.sha);
  return bad || statuses.some((status) => status.state !== "success") ? "unstable" : "clean";
}
