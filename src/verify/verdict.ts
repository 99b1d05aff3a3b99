// Facts about one commit → its verdict. Absence of evidence is never green.
import type { Finding, Review, Rules, RunFacts, Verdict, VerdictPart } from "../loop/state.ts";
import { judgeCi } from "./ci.ts";
import type { CiFacts } from "./facts.ts";
import { fingerprintOf } from "./fingerprint.ts";

export interface VerdictFacts {
  readonly head: string; // the commit to be judged
  readonly ci: CiFacts;
  readonly review: Review | null; // null: the reviewer has not answered yet
  readonly rules: Pick<Rules, "requiredChecks" | "reviewer">;
  readonly reviewerName: string; // name of the App's own check, which is no evidence from CI
}

/**
 * What CI and the reviewer say about `head`. Red as soon as one judge is red, pending while one has not spoken, else
 * green. Facts about another commit, or a pull request whose head moved, are no evidence: pending.
 */
export function verdictOf(facts: VerdictFacts): Verdict {
  const { head, ci } = facts;
  if (ci.head !== head || ci.pullHead !== head) return verdict(head, [elsewhere(ci.pullHead ?? ci.head, head)], []);
  const judged = judgeCi(ci, facts.rules, facts.reviewerName);
  const review = judgeReview(facts);
  return verdict(head, [...judged.parts, review.part], [...judged.findings, ...review.findings]);
}

/** The verdict on a run that left nothing to judge: it pushed nothing, or did not end well. */
export function executorVerdict(run: {
  readonly status: RunFacts["status"];
  readonly exitCode: number | null;
  readonly note: string;
}): Verdict {
  const title = runTitle(run);
  const finding: Finding = { source: "run", title, detail: run.note, path: null, line: null, url: null };
  const part: VerdictPart = { source: "run", name: "executor", colour: "red", note: title, url: null };
  return verdict(null, [part], [finding]);
}

function verdict(head: string | null, parts: VerdictPart[], findings: Finding[]): Verdict {
  return { head, colour: overall(parts), parts, findings, fingerprint: fingerprintOf(findings) };
}

function overall(parts: readonly VerdictPart[]): Verdict["colour"] {
  if (parts.some((part) => part.colour === "red")) return "red";
  return parts.some((part) => part.colour === "pending") || parts.every((part) => part.colour === "absent")
    ? "pending"
    : "green";
}

function elsewhere(found: string, head: string): VerdictPart {
  const note = `GitHub shows ${found.slice(0, 7)} where ${head.slice(0, 7)} was pushed; reading again`;
  return { source: "ci", name: "checks", colour: "pending", note, url: null };
}

function judgeReview({ review, rules }: VerdictFacts): { part: VerdictPart; findings: readonly Finding[] } {
  if (rules.reviewer === null) return { part: reviewPart("absent", "switched off by the policy"), findings: [] };
  if (review === null) return { part: reviewPart("pending", "not finished yet"), findings: [] };
  switch (review.verdict) {
    case "approve":
      return { part: reviewPart("green", "approved"), findings: [] };
    case "reject":
      return { part: reviewPart("red", "rejected"), findings: review.findings };
    case "unreadable":
      return { part: reviewPart("red", "gave no readable answer"), findings: review.findings };
  }
}

function reviewPart(colour: VerdictPart["colour"], note: string): VerdictPart {
  return { source: "review", name: "review", colour, note, url: null };
}

function runTitle(run: { readonly status: RunFacts["status"]; readonly exitCode: number | null }): string {
  switch (run.status) {
    case "timed_out":
      return "The run was ended at its deadline";
    case "finished":
      return "The run ended without pushing a change";
    case "failed":
      return run.exitCode === null ? "The run failed" : `The run failed with exit code ${run.exitCode}`;
    default:
      return `The run ended as ${run.status.replace("_", " ")}`;
  }
}
