// How the agents' own test runs: apart from the others, two files at a time like the others, with time for real programs.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/agents/**/*.test.ts"],
    globalSetup: "test/agents/setup.ts",
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 300_000,
    retry: 0,
  },
});
