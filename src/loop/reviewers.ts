// Several reviewers of one commit: who is next, what they come to together, and what is said of it.
import type { Criterion, LoopState, Review, Rules } from "./state.ts";

type Reviewer = Rules["executor"];

/** Those whom the policy names, in the order in which they are asked; empty: none is. */
export function reviewersOf({ reviewer, otherReviewers = [] }: Rules): readonly Reviewer[] {
  return reviewer === null ? [] : [reviewer, ...otherReviewers];
}

/** The place of the reviewer whose answer is missing, from 0. */
export function nextReviewer({ reviews = [] }: LoopState["attempts"][number]): number {
  return reviews.length;
}

/**
 * What the answers so far come to, once no further one can change it: as many as the quorum say the same. `disagree`: neither side
 * has so many. Null: it depends on those who are still to be asked.
 */
export function outcomeOf(reviews: readonly Review[], rules: Rules): "approve" | "reject" | "disagree" | null {
  const of = reviewersOf(rules).length;
  const quorum = rules.quorum ?? of;
  const left = of - reviews.length;
  const [approve, reject] = [votesFor("approve", reviews), votesFor("reject", reviews)];
  if (approve >= quorum) return "approve";
  if (reject >= quorum && approve + left < quorum) return "reject";
  return left === 0 ? "disagree" : null;
}

/** How many of them say so. */
export function votesFor(verdict: Review["verdict"], reviews: readonly Review[]): number {
  return reviews.filter((one) => one.verdict === verdict).length;
}

/** Worse first: of what several say of a criterion, the worst counts. */
const worst: readonly Criterion["state"][] = ["not_met", "cannot_tell", "met"];

/** One answer for those who are on this side: the least of their confidence, all their findings, and the worst said of each criterion. */
export function joined(reviews: readonly Review[], verdict: "approve" | "reject", of: number): Review {
  const side = reviews.filter((one) => one.verdict === verdict);
  const criteria = joinedCriteria(side);
  return {
    verdict,
    summary: told(reviews),
    confidence: Math.min(...side.map(({ confidence }) => confidence)),
    findings: side.flatMap(({ findings }) => findings),
    ...(criteria.length === 0 ? {} : { criteria }),
    votes: { approve: votesFor("approve", reviews), reject: votesFor("reject", reviews), of },
  };
}

function joinedCriteria(side: readonly Review[]): Criterion[] {
  const said = side.flatMap(({ criteria }) => (criteria === undefined ? [] : [criteria]));
  return (said[0] ?? []).map((first, index) => {
    const all = said.flatMap((criteria) => criteria[index] ?? []);
    return worst.map((state) => all.find((one) => one.state === state)).find((one) => one !== undefined) ?? first;
  });
}

/** What each of them says, by its place; untrusted text. */
export function told(reviews: readonly Review[]): string {
  return reviews.map(({ verdict, summary }, index) => `Reviewer ${index + 1} (${verdict}): ${summary}`).join("\n\n");
}
