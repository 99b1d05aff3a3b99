// `loopgate eval`: agents on the past of a repository on this machine, judged by tests that they never see.
import { describe, expect, test } from "vitest";
import { able, aFolder, aPast, evaluated, idle } from "./an-evaluated.ts";

describe("loopgate eval", () => {
  test("solves a task where the policy's verdict and the hidden tests are green, and finds a false green where only the former is", async () => {
    const { dir, good } = aPast();
    const { code, told } = await evaluated(dir, "--out", aFolder(), "--agent", able, "--agent", idle);
    expect(told.tasks.map(({ agent, commit, end }) => [agent, commit, end?.outcome])).toEqual([
      [able, good.half, "solved"],
      [idle, good.half, "false_green"],
      [able, good.twice, "solved"],
      [idle, good.twice, "false_green"],
    ]);
    expect(code).toBe(0);
  });
});
