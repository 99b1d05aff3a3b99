// What is shown of a verdict at its commit, whatever comes of it, and when the reviewer's answer is shown alone.
import { describe, expect, test } from "vitest";
import { decide } from "../../src/loop/decide.ts";
import type { KnockOutSeen, Review, Verdict } from "../../src/loop/state.ts";
import { anAttempt, aPublishedLoop, aVerdict, sha, someRules } from "./builder.ts";

const review: Review = { verdict: "approve", summary: "Fine.", confidence: 1, findings: [] };
const knockOut: KnockOutSeen = { held: 0, notHeld: [], unknown: [], beyond: 2, idleTests: [] };
const silent: Verdict["parts"][number] = {
  source: "ci",
  name: "checks",
  colour: "pending",
  note: "",
  url: null,
  final: true,
};
const open = { ...silent, source: "knock_out" } as const;

/** What is asked for at GitHub's checks once this verdict is read of a commit that the reviewer approves. */
function shown(verdict: Partial<Verdict>, wantsReview?: true, notHeld: "ask" | "block" = "block", shownOn?: string) {
  const rules = someRules({ knockOut: { hunks: 1, ms: 1, notHeld } });
  const attempt = anAttempt({ endedAt: null, review, knockOut, ...(shownOn === undefined ? {} : { shownOn }) });
  const state = aPublishedLoop({ rules, attempts: [attempt] });
  const event = { type: "verdict_read", verdict: aVerdict(verdict), ...(wantsReview ? { wantsReview } : {}) } as const;
  const { effects } = decide(state, event, state.startedAt);
  return effects.filter(({ type }) => type.startsWith("publish_"));
}

const whole = { type: "publish_verdict", head: sha("c"), attempt: 1 };
const alone = { type: "publish_review", head: sha("c"), attempt: 1, review };

describe("a verdict that is", () => {
  test.each([
    ["green", { colour: "green" }, "block"],
    ["red", { colour: "red" }, "block"],
    ["pending for good, since CI shows nothing", { colour: "pending", parts: [silent] }, "block"],
    ["pending, since no test is known to hold the change", { colour: "pending", parts: [open] }, "block"],
    ["pending, since a person is asked of what no test holds", { colour: "pending", parts: [open] }, "ask"],
  ] as const)(
    "%s is shown once, and the reviewer's answer alone only where branch rules ask for it",
    (_, change, of) => {
      const verdict = change as Partial<Verdict>;
      expect(shown(verdict, undefined, of)).toEqual([whole]);
      expect(shown(verdict, true, of)).toEqual([whole, alone]);
      expect(shown(verdict, undefined, of, sha("c"))).toEqual([{ ...whole, again: true }]);
    },
  );
});
