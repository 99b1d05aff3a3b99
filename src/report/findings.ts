// Findings, claims and changed files, as text that does nothing but be read.
import type { Attempt, Claim, Finding } from "../loop/state.ts";
import { inlineCode, linkWithin, quoteUntrusted } from "./escape.ts";
import { flakySentence, logMissingSentence, onBaseSentence } from "./wording/logs.ts";

/** A longer detail is folded away: the thread is read by people. */
const linesInPlain = 16;

/** One finding: who says it, what and where, and its detail in a fence. Links lead to `home` or nowhere. */
export function findingText(finding: Finding, home: string | null): string {
  const where =
    finding.path === null
      ? ""
      : ` at ${inlineCode(finding.line === null ? finding.path : `${finding.path}:${finding.line}`)}`;
  const from = linkWithin(home, finding.url, finding.source);
  const missing = finding.logMissing === undefined ? "" : `\n\n${logMissingSentence(finding.logMissing)}`;
  const sentences = [...(finding.onBase ? [onBaseSentence] : []), ...(finding.flaky ? [flakySentence] : [])];
  const base = sentences.length === 0 ? "" : `\n\n${sentences.join(" ")}`;
  const head = `${from}: ${inlineCode(finding.title, 200)}${where}${base}${missing}`;
  const detail = finding.detail.trim();
  if (detail === "") return head;
  const lines = detail.split("\n").length;
  const quoted = quoteUntrusted(finding.detail);
  return lines > linesInPlain ? `${head}\n\n${folded(`Details, ${lines} lines`, quoted)}` : `${head}\n\n${quoted}`;
}

/** What the agent says of its own work, folded away. */
export function claimText(claim: Claim): string {
  const lines = [
    claim.summary,
    claim.confidence === null ? "" : `Confidence: ${claim.confidence}`,
    claim.question === null ? "" : `Question: ${claim.question}`,
    ...(claim.choices ?? []).map((choice, index) => `Choice ${index + 1}: ${choice}`),
    claim.recommendation === undefined ? "" : `Recommends: ${claim.recommendation}`,
    claim.permission === null ? "" : `Asks for: ${claim.permission}`,
    claim.blockedOn === null ? "" : `Blocked on: ${claim.blockedOn}`,
    claim.nothingToDo === null ? "" : `Nothing to do: ${claim.nothingToDo}`,
    ...claim.assumptions.map((text) => `Assumption: ${text}`),
    ...claim.decisions.map((text) => `Decision: ${text}`),
  ].filter((line) => line !== "");
  return folded("What the agent says about its work (a claim, not evidence)", quoteUntrusted(lines.join("\n"), 6000));
}

/** What each run that failed wrote last. */
export function lastLinesOf({ runs }: Attempt): string[] {
  return runs.flatMap(({ role, id, said }) =>
    said === undefined ? [] : [`The last lines of the ${role}'s run ${inlineCode(id)}:\n\n${quoteUntrusted(said)}`],
  );
}

/** The listed paths of a change, folded away; empty when there are none. */
export function changedFiles({ change }: Attempt): string[] {
  if (change === null || change.paths.length === 0) return [];
  const more = change.files - change.paths.length;
  const listed = [
    ...change.paths.map((path) => JSON.stringify(path).slice(1, -1).slice(0, 300)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
  return [folded("Changed files", quoteUntrusted(listed.join("\n"), 8000))];
}

/** Folded away under a summary of ours. */
export function folded(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}
