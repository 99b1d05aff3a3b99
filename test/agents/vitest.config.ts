// How the agents' own test runs: apart from the others, one container at a time, with time for real programs.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/agents/**/*.test.ts"],
    globalSetup: "test/agents/setup.ts",
    pool: "forks",
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 300_000,
    retry: 0,
  },
});
