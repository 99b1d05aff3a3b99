// How the loops on real repositories run: apart from the other tests, one at a time, with time for what they install.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/repositories/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 40 * 60_000,
    hookTimeout: 300_000,
    retry: 0,
  },
});
