// Why a finding of CI holds annotations only.
import type { LogMissing } from "../../loop/state.ts";

const sentences: Record<LogMissing, string> = {
  not_there: "GitHub has no log of this job, so only its annotations could be read.",
  expired: "The log of this job has expired at GitHub, so only its annotations could be read.",
  forbidden:
    "Loopgate has no permission to read the logs of GitHub Actions here, so only the job's annotations could be read. An owner can accept the permission `actions: read` in the settings of the installation.",
  failed: "The log of this job could not be downloaded, so only its annotations could be read.",
};

/** One sentence for the thread and for the agent. */
export function logMissingSentence(why: LogMissing): string {
  return sentences[why];
}
