// How the tests run: one process per file, two at a time, no shared state, no retries.
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./order.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/agents/**"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    retry: 0,
    sequence: { sequencer: LongestFirst },
    // A file makes much and keeps little: with more room for what is new, less time goes into sweeping it.
    execArgv: ["--min-semi-space-size=16"],
  },
});
