// What a failure itself tells. That something ended, failed or left with a code is no evidence of why.
import type { Finding } from "../loop/state.ts";
import { withoutVarying } from "./varying.ts";

const thing =
  "(?:process|command|script|task|job|step|run|workflow|pipeline|program|build|action|checks?|tests?|suite)";
const ended = "(?:exit(?:ed)?|returned|completed|failed|ended|terminated|finished|was killed)";
const code = "(?:(?:a )?(?:non-zero )?(?:exit(?:ed)? )?(?:code|status|signal))[ :=]*(?:\\d+|SIG[A-Z]+)?";

/** Whole lines that CI systems, package managers and build tools write of anything that fails. */
const endings: readonly RegExp[] = [
  new RegExp(
    `^(?:error:? |elifecycle\\s+|npm (?:err!|error) )*(?:the )?(?:child )?${thing}\\b.{0,200}\\b${ended}\\b.{0,20}\\b${code}\\.?$`,
    "i",
  ),
  new RegExp(`^(?:error:? )?(?:exit|exited|ended|failed|returned)(?: with)? ${code}\\.?$`, "i"),
  new RegExp(`^${code}\\.?$`, "i"),
  /^(?:g|n|c)?make(?:\[\d+\])?: \*\*\* .*\bError \d+(?: \(ignored\))?$/,
  /^npm (?:err!|error) (?:code (?:elifecycle|\d+)|lifecycle script .* failed.*|errno \d+|path .*|command .*|test failed\..*|a complete log of this run can be found in:.*|\/.*)$/i,
  /^(?:error )?command failed with exit code \d+\.?$|^elifecycle\b.*(?:command|test) failed\b.*$/i,
  /^(?:info visit https:\/\/yarnpkg\.com\/.* for documentation about this command\.)$/i,
  /^the (?:operation|run|job|workflow) (?:was|has been) cancell?ed\b.*$/i,
  /^cancell?ing since a higher priority waiting request\b.*$/i,
  /^the (?:job|step|action)\b.* has (?:exceeded|timed out after) .*$/i,
  /^(?:the (?:hosted )?runner|the self-hosted runner)\b.*(?:shutdown signal|lost communication|was terminated).*$/i,
  /^(?:ended as \w+|fail(?:ed|ure|ing)?|error(?:ed)?|cancell?ed|timed[ _]out|red|unsuccessful|startup_failure)[.!]*$/i,
  new RegExp(
    `^(?:(?:your|the|this|some|all|one or more|unit|integration|required|ci|circleci|travis ci) )*(?:${thing}|commit|deployment)s?(?: (?:has|have|had|was|were))? ?(?:fail(?:ed|ing|ure)?|errored|not successful|unsuccessful|cancell?ed|timed out|did not (?:pass|succeed)|cannot be built)(?: (?:on|in) [A-Z][\\w ]{0,30})?[.!]*$`,
    "i",
  ),
  /^(?:the )?(?:command|script|process|job) (?:printed|produced|wrote|had) (?:nothing|no output)\.?$/i,
  /^the last lines of the log:$/i,
  /^`{3,}\w*$|^\[… cut …\]$/,
];

/** Whether a line says no more than that something ended badly; where it stands and how the line is marked does not count. */
export function isEnding(line: string): boolean {
  const bare = line.replace(/^(?:\s|##\[error\]|error:\s|\.github(?::\d+)?:|[✖✗✘×❌])+/i, "").trim();
  return bare === "" || endings.some((pattern) => pattern.test(bare));
}

/**
 * The finding's evidence: its telling lines, sorted, without what differs from run to run; empty when there is none. A
 * reviewer's or a person's title is their word; the title of a check of CI is its name, and tells nothing alone. Nor does an own
 * check's that only says how its command ended.
 */
export function evidenceOf({ source, title, detail }: Finding): string {
  const ending = source === "ci" ? (title.split(": ").at(-1) ?? "") : title;
  if (source === "check" && bareCheck.test(title) && telling(detail).length === 0) return "";
  const isTitleTelling = source !== "ci" || (!isEnding(ending) && /\d/.test(withoutVarying(ending)));
  const lines = telling(detail);
  if (lines.length === 0 && !isTitleTelling) return "";
  return [withoutVarying(title), ...lines].join("\n");
}

/** An own check of which no report and no limit says why it failed. */
const bareCheck = /: The command (?:exited with \d+|did not end by itself)\.(?: The cause is not in any report\.)?$/;

function telling(text: string): readonly string[] {
  const lines = text.split("\n").filter((line) => !isEnding(line));
  return [...new Set(withoutVarying(lines.join("\n")).split("\n"))].filter((line) => line !== "").sort();
}
