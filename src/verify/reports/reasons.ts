// Why a command's reports come to what they come to, in sentences; names in them are from the reports and untrusted.
import type { Reason } from "./judge.ts";

const LISTED = 10;

/** One sentence for one reason. */
export function reasonSentence(reason: Reason): string {
  switch (reason.of) {
    case "exit_code":
      return reason.code === null ? "The command did not end by itself." : `The command exited with ${reason.code}.`;
    case "failed_tests":
      return `Failed: ${listed(reason.names)}.`;
    case "failed_to_load":
      return `Could not be loaded: ${listed(reason.files)}.`;
    case "other_failures":
      return `Failed outside of a test: ${listed(reason.told)}.`;
    case "findings":
      return `${reason.count} errors were found.`;
    case "warnings":
      return reason.count === 1
        ? "1 warning is all that was found."
        : `${reason.count} warnings are all that was found.`;
    case "notes":
      return reason.count === 1 ? "1 remark is all that was found." : `${reason.count} remarks are all that was found.`;
    case "cut_short":
      return `${reason.report} ends too early: ${reason.detail}.`;
    case "cause_not_in_report":
      return "The cause is not in any report.";
    case "unfit_report":
      return `${reason.report} is no evidence: ${reason.detail}.`;
    case "missing_report":
      return `The command did not leave ${reason.report}.`;
    case "no_report":
      return "No report was left.";
    case "nothing_ran":
      return "No test is shown to have run.";
    case "no_tests_in":
      return `No test was seen in ${listed(reason.files)}.`;
    case "exit_code_only":
      return "Judged by its exit code alone: the policy names no report.";
  }
}

function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return `${names.slice(0, LISTED).join(", ")}${more}`;
}
