// Which reviews decide: what branch rules and the list of reviewers go by.
import { hasAccess } from "../core.ts";
import type { Pull, Review } from "../model.ts";

/** Each reviewer's last decisive review, which is what GitHub's gate and list of reviewers go by. */
export function decisiveReviews(pull: Pull): Review[] {
  const latest = new Map<number, Review>();
  for (const review of pull.reviews) {
    if (review.state === "PENDING" || review.state === "COMMENTED") continue;
    latest.set(review.user.id, review);
  }
  return [...latest.values()];
}

/** Reviews that count for branch rules: those of people who may push. */
export function countedApprovals(pull: Pull): number {
  const counted = decisiveReviews(pull).filter((review) => hasAccess(review.user, pull.issue.repository, "write"));
  return counted.filter((review) => review.state === "APPROVED").length;
}
