// A verdict's tree of results as people read it: as a table in comments, as a list and with annotations in the check run.
import { assert } from "../base/assert.ts";
import { withoutUnseen } from "../base/unseen.ts";
import { type Result, resultsOf, resultWord } from "../loop/results.ts";
import type { Attempt, Finding } from "../loop/state.ts";
import { COMMENT_BYTES, fitted } from "./clip.ts";
import { cellCode, inlineCode, linkWithin, quoteUntrusted } from "./escape.ts";
import { findingText } from "./findings.ts";
import { criteriaTable } from "./tables.ts";
import { footer } from "./wording/parts.ts";
import { judgeWords, reviewersWords, verdictTitle } from "./wording/results.ts";

/** Rows of a table, annotations on one check run, and lines of its list. */
const [mostRows, mostAnnotations, mostLines] = [30, 50, 200];

/** What each judge said, several of a kind also together, `shown` judges at most; criteria have a table of their own. */
export function judgeTable(results: Result, home: string | null, shown = mostRows): string {
  const rows = judgesIn(results)
    .slice(0, shown)
    .map((one) => `| ${judgeName(one)} | ${linkWithin(home, one.url, resultWord(one))} | ${reasonOf(one, 120)} |`);
  return ["| judge | verdict | reason |", "|---|---|---|", ...rows].join("\n");
}

/** The rows of such a table. */
export function judgesIn(results: Result): readonly Result[] {
  return results.parts.flatMap((judge) => [judge, ...(judge.of === "review" ? [] : judge.parts)]);
}

/** Every result a line, below what it is a part of. */
function resultLines(results: Result, depth = 0): readonly string[] {
  const reason = results.reason === "" ? "" : `: ${reasonOf(results, 300)}`;
  const line = `${"  ".repeat(depth)}- ${judgeName(results)} **${resultWord(results)}**${reason}`;
  return [line, ...results.parts.flatMap((part) => resultLines(part, depth + 1))];
}

/**
 * An attempt's verdict as a check run: the whole tree, what was found, in full and on its lines, and the reviewer's words. What waits for a
 * person counts as not passed: GitHub takes `neutral` for passed.
 */
export function verdictText(attempt: Attempt) {
  const { verdict, review } = attempt;
  const results = resultsOf(attempt);
  assert(results !== null && verdict !== null, "a verdict that is shown was read");
  const found = findingsIn(results);
  const said = review === null ? [] : [reviewersWords(review.confidence), quoteUntrusted(review.summary)];
  return {
    conclusion: conclusions[verdict.colour],
    title: verdictTitle(results),
    summary: resultLines(results).slice(0, mostLines).join("\n"),
    text: fitted(
      {
        before: [...criteriaTable(review, 20), ...said],
        details: found.map((finding) => findingText(finding, null)),
        after: [footer],
      },
      COMMENT_BYTES,
    ),
    annotations: annotationsOf(found, verdict.colour === "green" ? "notice" : "warning"),
  };
}

const conclusions = { green: "success", red: "failure", pending: "action_required" } as const;

/** All findings of a tree, in its order. */
function findingsIn({ findings, parts }: Result): readonly Finding[] {
  return [...findings, ...parts.flatMap(findingsIn)];
}

/** Those findings that have a place in the repository, each on its line. */
export function annotationsOf(findings: readonly Finding[], level: "notice" | "warning") {
  return findings
    .filter(isPlaced)
    .slice(0, mostAnnotations)
    .map(({ path, line, title, detail }) => ({
      path,
      line,
      message: withoutUnseen(`${title}\n${detail}`).slice(0, 2000).toWellFormed(),
      level,
    }));
}

function isPlaced(finding: Finding): finding is Finding & { path: string; line: number } {
  const { path, line } = finding;
  return (
    path !== null &&
    line !== null &&
    line > 0 &&
    line < 2 ** 31 &&
    !/^$|^\/|(?:^|\/)\.\.(?:\/|$)|[\x00-\x1f]/.test(path)
  );
}

/** The names of checks and criteria are other people's words. */
function judgeName({ of, name, parts }: Result): string {
  if (of === "criterion") return inlineCode(name, 300);
  const isNamed = (of === "check" || of === "ci") && parts.length === 0;
  return isNamed ? `${judgeWords[of]} ${cellCode(name)}` : judgeWords[of];
}

/** Counts are ours; every other reason may hold the words of a check or of a reviewer. */
function reasonOf({ reason, parts, of }: Result, characters: number): string {
  return parts.length > 0 && of !== "review" ? reason : cellCode(reason, characters);
}
