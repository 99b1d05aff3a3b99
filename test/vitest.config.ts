// How the tests run: three processes at a time, and no state that one file leaves to another.
import { existsSync, readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { Flaky } from "./flaky.ts";
import { LongestFirst, sharing } from "./order.ts";

/** The folders right below `folder` whose tests have a configuration of their own, and so run by a script of their own. */
function ownConfigs(folder: string): readonly string[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => `${folder}/${name}`).filter((one) => existsSync(`${one}/vitest.config.ts`));
}

const elsewhere = ownConfigs("test").map((folder) => `${folder}/**`);

export default defineConfig({
  test: {
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
    projects: [
      // Reading the same modules again for each file takes more than half of what such a file costs.
      { extends: true, test: { name: "sharing", isolate: false, include: sharing.files, exclude: sharing.except } },
      {
        extends: true,
        test: { name: "apart", include: ["test/**/*.test.ts"], exclude: [...elsewhere, ...sharing.files] },
      },
      // What looks like one that shares, and must not.
      { extends: true, test: { name: "apart after all", include: sharing.except } },
    ],
  },
});
