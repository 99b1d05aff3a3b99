// Attempts that only plan are never counted, and yet came to something.
import { expect, test } from "vitest";
import { playToEnd } from "./script.ts";

test("do not stand for tries in vain where the model provider fails once", () => {
  const planned = ["label alice", "claim plan-first", "started", 'executor plan="one|two"'];
  const again = ['checked alice plan "smaller"', "started", 'executor plan="one"', "checked bob approve", "started"];
  const { state, now } = playToEnd([...planned, ...again, "executor model-down"]);
  expect(state).toMatchObject({ phase: "resting", resumeAt: { why: { of: "provider_down" } } });
  expect((state?.resumeAt?.at ?? 0) - now).toBe(60_000);
});
