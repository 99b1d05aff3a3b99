// Rules of rulesets that hold wherever a branch moves: which of them cover one, and what GitHub says to who breaks one.
import type { PushRule, Repository } from "../model.ts";
import { Refusal } from "../refusal.ts";

/** As the receive hook reads them: the branches, the kind and what it asks for, apart by tabs, a rule on each line. */
export function pushRulesFor({ pushRules }: Repository): string {
  return pushRules.map(({ refs, kind, asks }) => `${patternOf(refs)}\t${kind}\t${asks ?? ""}`).join("\n");
}

/** Of all branches, or of those whose names begin so. */
function patternOf(refs: PushRule["refs"]): string {
  return refs === "~ALL" ? "refs/heads/*" : `refs/heads/${refs.replace(/\*+$/, "*")}`;
}

/** Throws GitHub's refusal where a rule keeps a branch from being made by REST; it does not say which. */
export function requireCreation(repository: Repository, ref: string): void {
  if (isCovered(repository, ref, "creation")) throw new Refusal(422, "Reference update failed");
}

/** Throws GitHub's refusal where a rule keeps a branch from being moved by REST. */
export function requireUpdate(repository: Repository, ref: string): void {
  if (isCovered(repository, ref, "update"))
    throw new Refusal(422, "Repository rule violations found\n\nCannot update this protected ref.\n\n");
}

/** Throws GitHub's refusal, which has the status of a conflict, where a rule wants a branch without merge commits. */
export function requireMergeCommits(repository: Repository, branch: string): void {
  if (isCovered(repository, `refs/heads/${branch}`, "linear"))
    throw new Refusal(409, "This branch must not contain merge commits.");
}

function isCovered(repository: Repository, ref: string, kind: PushRule["kind"]): boolean {
  return pushRulesOver(repository, ref).some((rule) => rule.kind === kind);
}

/** Those whose target the branch is among. */
export function pushRulesOver({ pushRules }: Repository, ref: string): PushRule[] {
  return pushRules.filter(({ refs }) => ref.startsWith(patternOf(refs).replace(/\*$/, "")));
}
