// Findings and earlier attempts, written so that an agent can act on them.
import { type Result, resultsOf, resultWord } from "../loop/results.ts";
import type { Attempt, Finding, VerdictPart } from "../loop/state.ts";
import { dataBlock } from "./quote.ts";

const ALL_CHARACTERS = 24_000;
const EARLIER_ATTEMPTS = 8;

/** Lines of a verdict's tree. */
const RESULTS = 80;

const judges: Record<VerdictPart["source"], string> = {
  policy: "policy",
  ci: "CI",
  check: "check",
  knock_out: "knock-out",
  gaming: "against gaming",
  trace: "trace review",
  review: "reviewer",
  run: "run",
};

const sources: Record<Finding["source"], string> = {
  policy: "the repository's policy",
  ci: "CI",
  check: "a check of the repository's policy",
  knock_out: "the checks, run without a part of the change",
  gaming: "the rules against weakening what judges the change",
  trace: "what was seen of the run itself",
  review: "the reviewer",
  person: "a person",
  run: "the run itself",
};

/** Every finding as a data block, the first ones in full; those past the room for all are counted. */
export function findingBlocks(findings: readonly Finding[]): string {
  const blocks = findings.map((finding, index) =>
    dataBlock(`finding ${index + 1}, from ${sources[finding.source]}`, told(finding)),
  );
  let room = ALL_CHARACTERS;
  const kept = blocks.filter((block) => {
    room -= block.length;
    return room >= 0;
  });
  const left = blocks.length - kept.length;
  return [...kept, ...(left > 0 ? [`(${left} more findings were left out for length.)`] : [])].join("\n\n");
}

/** The attempt's tree of results without what was found, which has blocks of its own; null where no judge is in it. */
export function judgedBlock(attempt: Attempt): string | null {
  const results = resultsOf(attempt);
  if (results === null || results.parts.length === 0) return null;
  const lines = resultLines(results, 0);
  const left = lines.length - RESULTS;
  const more = left > 0 ? [`(${left} more were left out for length.)`] : [];
  return dataBlock("the verdict", [...lines.slice(0, RESULTS), ...more].join("\n"));
}

function resultLines(result: Result, depth: number): readonly string[] {
  const { of, name, reason, parts } = result;
  const judge = of === "criterion" ? [] : [of === "verdict" ? "the verdict" : judges[of]];
  const line = [resultWord(result), ...judge, inLine(name, 200), inLine(reason, 300)]
    .filter((text) => text !== "")
    .join(": ");
  return [`${"  ".repeat(depth)}- ${line}`, ...parts.flatMap((part) => resultLines(part, depth + 1))];
}

/** What the last attempts tried and what came of each, oldest first; null when there was none. */
export function earlierAttempts(attempts: readonly Attempt[]): string | null {
  const shown = attempts.slice(-EARLIER_ATTEMPTS);
  if (shown.length === 0) return null;
  return dataBlock("earlier attempts", shown.map(attemptLine).join("\n"));
}

function told({ title, path, line, detail, logMissing, onBase, flaky }: Finding): string {
  const where = path === null ? [] : [`at: ${path}${line === null ? "" : `:${line}`}`];
  const missing =
    logMissing === undefined ? [] : ["(The log of this job could not be read: what stands here is all that CI says.)"];
  const base = onBase ? ["(The base branch fails this check too, so it may not be the doing of these commits.)"] : [];
  const mixed = flaky ? ["(This check was green on the same commit, too: it may fail by chance.)"] : [];
  return [title, ...where, ...base, ...mixed, detail, ...missing].filter((text) => text !== "").join("\n");
}

function attemptLine(attempt: Attempt): string {
  const { change, claim, verdict } = attempt;
  const size = change === null ? "pushed nothing" : `${change.files} files, +${change.additions} -${change.deletions}`;
  const touched = change === null || change.paths.length === 0 ? "" : ` in ${listed(change.paths, 120)}`;
  const said = [
    ...(claim?.summary ? [`It said: ${inLine(claim.summary, 400)}`] : []),
    ...(claim?.question ? [`It asked: ${inLine(claim.question, 400)}`] : []),
    ...(claim?.permission ? [`It asked to be allowed: ${inLine(claim.permission, 400)}`] : []),
    ...(claim?.blockedOn ? [`It was blocked by: ${inLine(claim.blockedOn, 400)}`] : []),
    ...(claim?.decisions.length ? [`It decided: ${listed(claim.decisions, 200)}`] : []),
    ...(claim?.assumptions.length ? [`It assumed: ${listed(claim.assumptions, 200)}`] : []),
  ];
  const failed = (verdict?.findings ?? []).slice(0, 3).map((finding) => finding.title);
  const outcome = verdict === null ? "not judged" : [verdict.colour, ...failed].join("; ");
  return [`Attempt ${attempt.number}: ${size}${touched}. Verdict: ${outcome}.`, ...said].join("\n  ");
}

const LISTED = 5;

/** The first of them, each on a line of at most so many characters. */
function listed(all: readonly string[], characters: number): string {
  const shown = all.slice(0, LISTED).map((one) => inLine(one, characters));
  return [...shown, ...(all.length > shown.length ? [`${all.length - shown.length} more`] : [])].join("; ");
}

function inLine(text: string, characters: number): string {
  return text.replace(/\s+/g, " ").trim().slice(0, characters).toWellFormed();
}
