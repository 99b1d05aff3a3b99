// What is said of services that ended beside a run.
import { expect, test } from "vitest";
import { lostWords } from "../../src/runs/beside.ts";

test("T6: the last line of a service that ended is told without the credentials in it", () => {
  const log = `starting\nno access with ghp_${"a1".repeat(18)} here\n`;
  expect(lostWords([{ name: "db", exitCode: 4, oomKilled: false, log }])).toEqual([
    "the service db (exit code 4): no access with *** here",
  ]);
});
