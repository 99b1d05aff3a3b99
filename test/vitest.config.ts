// How the tests run: one process per file, three at a time, no shared state.
import { defineConfig } from "vitest/config";
import { Flaky } from "./flaky.ts";
import { LongestFirst } from "./order.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/agents/**"],
    pool: "forks",
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // In the gate a red test is run once more, as Loopgate does with a check that may be flaky: what then passes is named at the
    // end as flaky, and is a fault of ours to be found. Everywhere else red is red.
    retry: process.env.CI === undefined ? 0 : 1,
    reporters: ["default", new Flaky()],
    sequence: { sequencer: LongestFirst },
    // A file makes much and keeps little: with more room for what is new, less time goes into sweeping it.
    execArgv: ["--min-semi-space-size=16"],
  },
});
