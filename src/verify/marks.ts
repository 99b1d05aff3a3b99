// How much a line of a tool's output tells of a failure, by the marks that test runners, compilers and linters write.
import { isEnding } from "./evidence.ts";

/** From the line that says what was wrong to one that merely has a word of it; 0: nothing, or something that went well. */
export type Weight = 5 | 4 | 3 | 2 | 1 | 0;

const anyOf = (...patterns: readonly RegExp[]) => joined(patterns, "u");
const anyCase = (...patterns: readonly RegExp[]) => joined(patterns, "iu");

function joined(patterns: readonly RegExp[], flags: string): RegExp {
  return new RegExp(patterns.map(({ source }) => `(?:${source})`).join("|"), flags);
}

/** What was wrong, in so many words. */
const assertion = anyOf(
  /\bAssert(?:ion)?(?:Failed)?(?:Error|Exception|Failure)\b/,
  /\b[Aa]ssert(?:ion)?\b.{0,200}\bfailed\b|\bassertion failed\b/,
  /\bpanicked at\b|\bpanic: /,
  /^E {2,}\S/, // pytest
  /\bFailed asserting\b|\bFailure\/Error:|\bAssert\.\w+\(\) Failure|\bXCTAssert\w* failed|\bCypressError:/,
  /\brecorded an issue\b|\): (?:error: )?Failure$|: Failure$/, // Swift Testing, GoogleTest
  /^##\[error\]/,
  /\bERROR: (?:Address|Leak|Memory|Thread|UndefinedBehavior)Sanitizer\b|: runtime error: |\b[Ss]egmentation fault\b/,
);

/** Which test, file or rule failed. */
const failed = anyOf(
  /^\W{0,4}[✘✗✖✕×❌⨯🔴]/u,
  /^\s*(?:FAIL|FAILED|FAILURE|ERROR|Failed|Failure)(?::|!|\s|$)/,
  /^\s*(?:not ok\b|--- FAIL\b|\(fail\)|\[ {0,2}(?:FAILED|FAIL) {0,2}\]|\*\*\* FAILED|Bail out!|● (?!Console))/,
  /(?:\bFAILED|\.\.\. ?(?:FAILED|FAIL|ERROR)|\*\*\* FAILED \*\*\*|\*\*\*(?:Failed|Exception|Timeout)|\[FAIL\]|\| FAIL \||\[E\]|<<< (?:FAILURE|ERROR)!)\W*(?:\(?[\d.]+ ?m?s\)?|\[[\d% ]+\])?\s*$/,
  /^\s*(?:Failed test\b|# +Failed test\b|Failures?:$|\d+\) \S)/,
  /\bTest #\d+: .*\*\*\*/,
);

/** What a compiler, a linter, a tool or an exception says. */
const error = anyOf(
  /\b(?:fatal |internal compiler |syntax )?[Ee](?:rror|RROR)(?: ?\[?[A-Z]{1,8}-?\d+\]?| \w{1,10})?\]?:(?:\s|$)/,
  /^\s*(?:Uncaught |Caused by: |Unhandled )?[\w.$:]*(?:Error|Exception|Failure|Violation|Fault)\b(?: ?\[\w+\])?(?: \(.*\))?:(?:\s|$)/,
  /^\s*\[(?:ERROR|error|ERR!)\]|^npm (?:ERR!|error) /,
  /^\s*\d+:\d+\s+(?:error|✖)\s|: (?:\d+:\d+:? )?error /,
  /\b(?:fatal|FATAL)(?: error)?: |\bundefined reference to\b|\bTraceback \(most recent call last\)|\bcommand not found\b|\bNo such file or directory\b/,
  /^e: |^\S+\.\w+:\d+:\d+: (?!warning|note|info|remark)/,
);

/** The values that were compared, and how many failed. */
const value = anyCase(
  /^\W*(?:expected|received|actual|got|want|but was|left|right|message|reason)\b ?[:=]/,
  /\bexpected\b.{0,200}\b(?:to|but|got|received|actual|found|was|were)\b|\bgot\b.{0,200}\bwant\b|\bshould (?:be|have|equal)\b/,
  /^\s*[-+]{1,3} (?:expected|actual|received)\b|^\s*(?:\[diff\]|difference) /,
  /\b[1-9]\d*(?: \w+){0,2} (?:failed|failures?|failing|errors?|problems?)\b|\b(?:failures?|failed|errors?) ?[:=] ?[1-9]/,
);

const word =
  /\b(?:errors?|fail(?:s|ed|ure|ures|ing)?|exception|panic|traceback|expected|denied|refused|cannot|undefined|missing|timed out|unexpected|invalid)\b/i;

const wentWell = anyOf(
  /^\W{0,4}[✓✔√✅☑🟢]/u,
  /^\s*(?:PASS(?:ED)?\b|ok\b|--- (?:PASS|SKIP)|=== |w: |\(pass\)|\[ *(?:OK|PASSED|RUN|DEBUG|debug|WARN|warn|WARNING) *\]|# Subtest:|##\[(?:warning|notice|debug|group|endgroup)\])/,
  /\.\.\. ?ok$|\bPASSED\b\W*(?:\[[\d% ]+\])?$|\bPassed\s+[\d.]+ sec$/,
  /\b(?:no|without|zero) (?:errors?|failures?|problems)\b/i,
);

/** TAP: a failure that is expected, or was not run. */
const directive = /^\s*not ok\b.* # ?(?:todo|skip)\b/i;

const counted = /\b[1-9]\d*(?: \w+)? (?:errors?|fail\w*|problems?)\b|\b(?:fail(?:ures?|ed)?|errors?) ?[:=] ?[1-9]/i;
const countedNone = /\b0 (?:errors?|fail\w*|problems?)\b|\b(?:fail(?:ures?|ed)?|errors?) ?[:=] ?0\b/i;

const grades: readonly (readonly [Weight, RegExp])[] = [
  [5, assertion],
  [4, failed],
  [3, error],
  [2, value],
  [1, word],
];

/** The weight of one line without colours. sbt and Maven put a level before what a test says. */
export function weightOf(written: string): Weight {
  const line = written.replace(/^\[(?:info|INFO)\] /, "");
  const weight = grades.find(([, pattern]) => pattern.test(line))?.[0] ?? 0;
  return weight > 0 && isBenign(line) ? 0 : weight; // most lines have no mark, and what is benign is dear to find out
}

/** A passing test may be about errors, a warning may speak of them, and a count may be none. */
function isBenign(line: string): boolean {
  if (wentWell.test(line) || directive.test(line) || isEnding(line)) return true;
  if (countedNone.test(line) && !counted.test(line)) return true;
  return /\bwarning\b/i.test(line) && !error.test(line);
}
