// An answer to a question of which a small record has forgotten the claim.
import { expect, test } from "vitest";
import { decide } from "../../src/loop/decide.ts";
import { playToEnd, readEvent } from "./script.ts";

test("is quoted with the question as the ending has it, and a number stands for what it is there", () => {
  const asked = ["label alice", "claim", "started", 'executor question="Net or gross?" choices="Net|Gross"'];
  const { state, now } = playToEnd(asked);
  if (state === null) throw new Error("there is a loop");
  const small = { ...state, attempts: state.attempts.map((attempt) => ({ ...attempt, claim: null })) };
  const next = decide(small, readEvent("checked bob answer 2", small, now), now);
  expect(next.state?.said).toEqual([
    { of: "answer", by: "bob", text: "2", about: "Net or gross?\n\n1. Net\n2. Gross" },
  ]);
  expect(next.note).toBe("the question is answered");
});
