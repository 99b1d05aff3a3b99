// How the tests run: one process per file, three at a time, no shared state.
import { existsSync, readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { Flaky } from "./flaky.ts";
import { LongestFirst } from "./order.ts";

/** The folders right below `folder` whose tests have a configuration of their own, and so run by a script of their own. */
function ownConfigs(folder: string): readonly string[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => `${folder}/${name}`).filter((one) => existsSync(`${one}/vitest.config.ts`));
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ownConfigs("test").map((folder) => `${folder}/**`),
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
