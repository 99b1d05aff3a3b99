// Each scenario of the demo from its first line to its last, unattended: what it is to show is in its thread.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ScenarioName, scenarioNames } from "../../src/cli/demo-scenarios.ts";
import type { Summary } from "../../src/cli/demo-summary.ts";
import { start } from "./command.ts";

const patience = 300_000;

const shows: Readonly<Record<ScenarioName, readonly string[]>> = {
  question: ["Should a full hour show minutes that are zero?", "/loop answer 1"],
  plan: ["### The plan", "Keep both in one new function, as was asked.", "/loop approve"],
  budget: [
    "Loopgate stopped: retry limit",
    "/loop budget +1 attempt",
    "Added 1 attempt. Used so far: 1 of 2 attempts.",
  ],
  schedule: ["Opened by the schedule `weekly`", "Started by the schedule `weekly` of `.github/loop.yml`, pass 1"],
  risky: ["Loopgate stopped: risky action detected", ".github/CODEOWNERS", "/loop deny Leave the owners"],
};

test.each(scenarioNames)(
  "%s ends well by what people say in its thread, within what was estimated",
  async (name) => {
    const dir = mkdtempSync(join(tmpdir(), "lg-scenario-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const file = join(dir, "out.json");
    const { code, out } = await start(["demo", "--scenario", name, "--runtime", "process", "--json", file]).ended;
    expect(code, out).toBe(0);
    const { reason, thread, cost, pullThread } = JSON.parse(readFileSync(file, "utf8")) as Summary;
    expect(reason).toBe("task_complete");
    for (const words of shows[name]) expect(thread).toContain(words);
    expect(pullThread).not.toContain("CODEOWNERS");
    const { least, most } = cost.estimate ?? { least: 1, most: 0 };
    expect([cost.usd >= least, cost.usd <= most]).toEqual([true, true]);
    expect(thread).toContain("Estimate: at most $");
  },
  patience,
);

test("a scenario brings its own repository, and an unknown one is no scenario", async () => {
  expect(await start(["demo", "--scenario", "plan", "--agent", "true"]).ended).toMatchObject({ code: 2 });
  const { code, err } = await start(["demo", "--scenario", "holiday"]).ended;
  expect([code, err]).toEqual([
    2,
    expect.stringContaining("It must be one of question, plan, budget, risky, schedule."),
  ]);
});
