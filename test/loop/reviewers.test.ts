// What several reviewers come to together.
import { expect, test } from "vitest";
import { joined, outcomeOf } from "../../src/loop/reviewers.ts";
import type { Review } from "../../src/loop/state.ts";
import { aFinding, someRules } from "./builder.ts";

const one = someRules().executor;
const rules = (of: number, quorum?: number) =>
  someRules({ otherReviewers: Array(of - 1).fill(one), ...(quorum === undefined ? {} : { quorum }) });
const review = (verdict: "approve" | "reject", more: Partial<Review> = {}): Review => {
  return { verdict, summary: verdict, confidence: 0.9, findings: [], ...more };
};

/** `+` approves, `-` rejects. */
test.each<[of: number, quorum: number | undefined, said: string, outcome: ReturnType<typeof outcomeOf>]>([
  [1, undefined, "+", "approve"],
  [1, undefined, "-", "reject"],
  [1, undefined, "", null],
  [2, undefined, "+", null],
  [2, undefined, "-", null],
  [2, undefined, "++", "approve"],
  [2, undefined, "--", "reject"],
  [2, undefined, "+-", "disagree"],
  [2, undefined, "-+", "disagree"],
  [3, 2, "+", null],
  [3, 2, "++", "approve"], // the third is not asked
  [3, 2, "--", "reject"],
  [3, 2, "+-", null],
  [3, 2, "+-+", "approve"],
  [3, 2, "+--", "reject"],
  [3, undefined, "++-", "disagree"],
  [2, 1, "+", "approve"],
  [2, 1, "-", null], // one yes is enough, and may still come
  [2, 1, "-+", "approve"],
  [2, 1, "--", "reject"],
  [4, 3, "++--", "disagree"],
  [4, 3, "--", null],
])("of %i, quorum %s: %s is %s", (of, quorum, said, outcome) => {
  const reviews = [...said].map((sign) => review(sign === "+" ? "approve" : "reject"));
  expect(outcomeOf(reviews, rules(of, quorum))).toBe(outcome);
});

test("together they are as sure as the least sure on their side, and find what each of that side finds", () => {
  const wrong = aFinding({ source: "review", title: "Wrong" });
  const note = aFinding({ source: "review", title: "A note" });
  const all = [
    review("approve", { confidence: 0.8, findings: [note] }),
    review("reject", { confidence: 0.1, findings: [wrong] }),
    review("approve", { confidence: 0.6 }),
  ];
  expect(joined(all, "approve", 3)).toMatchObject({
    verdict: "approve",
    confidence: 0.6,
    findings: [note],
    votes: { approve: 2, reject: 1, of: 3 },
    summary: "Reviewer 1 (approve): approve\n\nReviewer 2 (reject): reject\n\nReviewer 3 (approve): approve",
  });
  expect(joined(all, "reject", 3)).toMatchObject({ confidence: 0.1, findings: [wrong] });
});

test("of each criterion the worst that one of that side says counts, and who says nothing of them changes nothing", () => {
  const of = (...states: ("met" | "not_met" | "cannot_tell")[]) =>
    states.map((state, index) => ({ text: `c${index}`, state, evidence: state }));
  const all = [
    review("approve", { criteria: of("met", "met", "cannot_tell") }),
    review("approve"),
    review("approve", { criteria: of("met", "cannot_tell", "met") }),
    review("reject", { criteria: of("not_met", "met", "met") }),
  ];
  expect(joined(all, "approve", 4).criteria).toEqual(of("met", "cannot_tell", "cannot_tell"));
  expect(joined([review("approve"), review("approve")], "approve", 2)).not.toHaveProperty("criteria");
});
