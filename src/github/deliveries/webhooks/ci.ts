// The events `check_run`, `check_suite` and `status`: CI has something new to say about a commit.
import { z } from "zod";
import type { LoopEvent } from "../../../loop/event.ts";
import { AppStamp, CommitId, Envelope, reading } from "../payload.ts";
import { ignored, type Translated } from "../translated.ts";

const Run = Envelope.extend({
  check_run: z.object({
    head_sha: CommitId,
    name: z.string(),
    conclusion: z.string().nullish(),
    app: AppStamp,
    check_suite: z.object({ status: z.string().nullish() }).nullish(),
  }),
});
const Suite = Envelope.extend({
  check_suite: z.object({ head_sha: CommitId, conclusion: z.string().nullish(), app: AppStamp }),
});
const Status = Envelope.omit({ action: true }).extend({
  sha: CommitId,
  state: z.string(),
  context: z.string(),
});

export const translateCheckRun = reading(Run, ({ action, check_run, repository }, self) => {
  if (action !== "completed") return ignored(`check_run.${action} changes no loop`);
  if (check_run.app?.id === self.appId) return ignored("the check run is ours");
  const how = check_run.check_suite?.status;
  const suite = how == null ? {} : { suite: how === "completed" ? ("done" as const) : ("going" as const) };
  return ciChanged(repository.id, check_run.head_sha, check_run.name, check_run.conclusion, suite);
});

/** A completed suite is a hint only: its last run may still be on its way, so everything is read again. */
export const translateCheckSuite = reading(Suite, ({ action, check_suite, repository }, self) => {
  if (action !== "completed") return ignored(`check_suite.${action} changes no loop`);
  if (check_suite.app?.id === self.appId) return ignored("the check suite is ours");
  return ciChanged(repository.id, check_suite.head_sha, null, check_suite.conclusion === "success" ? "success" : null);
});

export const translateStatus = reading(Status, ({ sha, state, context, repository }) =>
  state === "pending" ? ignored("the status is still pending") : ciChanged(repository.id, sha, context, state),
);

type CiChanged = Extract<LoopEvent, { type: "ci_changed" }>;

const failures: readonly unknown[] = ["failure", "error", "timed_out", "cancelled"];

/** `ended`: how, in GitHub's word; of a suite only that it succeeded, since how its runs failed is told of each. */
function ciChanged(
  repositoryId: number,
  head: string,
  name: string | null,
  ended: string | null | undefined,
  of: Pick<CiChanged, "suite"> = {},
): Translated {
  const how = failures.includes(ended) ? ({ failed: true } as const) : {};
  const event: CiChanged = { type: "ci_changed", head, name, ...(ended === "success" ? { passed: true } : how), ...of };
  return { kind: "event", repositoryId, route: { head }, events: [event] };
}
