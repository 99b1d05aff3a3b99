// A loop that the label holds, while the whole repository is paused too.
import { expect, test } from "vitest";
import { playToEnd } from "./script.ts";

const held = ["label alice", "claim", "started", "hold_label bob", "executor pushed=aa1", "published aa1", "pull 7"];

test("goes on only once the repository does, though the label went before", () => {
  const { state } = playToEnd([...held, "all_paused carol", "hold_off"]);
  expect(state).toMatchObject({
    phase: "paused",
    resumeAt: { phase: "verifying", why: { of: "pause_all", by: "carol" } },
  });
  expect(playToEnd([...held, "all_paused carol", "hold_off", "all_resumed"]).state?.phase).toBe("verifying");
});

test("stays held where the repository goes on before the label goes", () => {
  const { state } = playToEnd([...held, "all_paused carol", "all_resumed"]);
  expect(state).toMatchObject({ phase: "paused", resumeAt: { phase: "verifying", why: { of: "hold_label" } } });
});
