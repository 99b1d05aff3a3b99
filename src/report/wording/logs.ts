// What is said beside a finding of CI: why it holds annotations only, and that the base has it too.
import type { LogMissing } from "../../loop/state.ts";

const sentences: Record<LogMissing, string> = {
  not_there: "GitHub has no log of this job, so only its annotations could be read.",
  expired: "The log of this job has expired at GitHub, so only its annotations could be read.",
  forbidden:
    "Loopgate has no permission to read the logs of GitHub Actions here, so only the job's annotations could be read. An owner can accept the permission `actions: read` in the settings of the installation.",
  failed: "The log of this job could not be downloaded, so only its annotations could be read.",
};

/** Of a check that was red and green on one commit. */
export const flakySentence = "It was green on the same commit, too.";

/** Of a check that is red where the work began, too. */
export const onBaseSentence = "The base branch fails this check too.";

/** One sentence for the thread and for the agent. */
export function logMissingSentence(why: LogMissing): string {
  return sentences[why];
}
