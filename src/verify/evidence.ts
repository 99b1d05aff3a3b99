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

/** Words of which a line may consist and still say no more than that: of things, of endings, of CI servers, and what joins them. */
const bare = new Set(
  [
    "a an the this that your our its it all any some one more or and of in on at by to for from with without after while when is are was were be been has have had did do does not no could cannot can would see view click here please",
    "process command script task job stage step run workflow pipeline program build action check test suite unit integration required commit deploy deployment preview code exit exited status signal log output detail summary page report link information new",
    "fail failed failing failure failures fails error errors errored exception broken red unsuccessful successful successfully pass passed succeed succeeded complete completed unable finish finished ended terminated cancelled canceled aborted killed timed out running executing unstable unexpectedly",
    "ci cd github gitlab circleci travis appveyor jenkins teamcity buildkite azure pipelines drone vercel netlify codebuild semaphore bitrise cirrus actions",
  ].flatMap((line) => line.split(" ")),
);

/** A number only where it counts runs or time: how many tests fail, or which code it was, is evidence. */
function isBare(line: string): boolean {
  const counted = withoutVarying(line)
    .replace(/#span/g, "")
    .replace(/(?:\b(?:build|job|run|pipeline|workflow|stage|step) )?#[\w.]+/gi, "")
    .replace(/\b\d+ (?:seconds?|minutes?|hours?)\b/gi, "");
  const words = counted
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""))
    .filter((word) => word !== "");
  const known = (word: string) => bare.has(word) || (word.endsWith("s") && bare.has(word.slice(0, -1)));
  return words.length > 0 && words.every(known);
}

/** Whether a line says no more than that something ended badly; where it stands and how the line is marked does not count. */
export function isEnding(line: string): boolean {
  const rest = line.replace(/^(?:\s|##\[error\]|error:\s|\.github(?::\d+)?:|[✖✗✘×❌])+/i, "").trim();
  return rest === "" || endings.some((pattern) => pattern.test(rest)) || isBare(rest);
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
