// The bench of a crowd as a process: that loops of several repositories pass and nothing stays. How fast they do, it says itself.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { longestWait } from "../../src/cli/bench-crowd.ts";
import { start } from "./command.ts";

test("labels the issues of several repositories at once, and tells what that came to beside single loops", async () => {
  const temp = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  const crowd = ["--issues", "2", "--repositories", "2", "--organisations", "2", "--few", "1", "--single", "1"];
  const { code, out, err } = await start(["bench", "crowd", ...crowd, "--json"], { TMPDIR: temp }).ended;
  expect(code, err).toBe(0);
  const { lines, share, seen } = JSON.parse(out);
  expect(lines.map(({ name }: { name: string }) => name)).toEqual(["resident", "peak", "work", "requests"]);
  for (const { many, few, ratio } of lines) expect(ratio).toBeCloseTo(many / few, 5);
  expect(share.ratio).toBeGreaterThanOrEqual(1);
  expect(seen.deliveries.sent).toBeGreaterThan(2);
  expect(seen.deliveries.refused).toBe(0);
  expect(seen.comments).toBe(3);
  expect(seen.requests.kinds["POST /repos/:owner/:repo/pulls"]).toBe(2);
  expect(readdirSync(temp)).toEqual([]);
}, 300_000);

test.each([
  ["each in turn", "a b c a b c", 1],
  ["one that has far more of them than the others", "a b a b a a a a", 1],
  ["one that comes only after all of another's", "a a a a b", 2.5],
  ["one whose second waits for all others", "a b c b b b c c c a", 10 / 6],
])("the longest wait is told in shares of the turns: %s", (_, begun, longest) => {
  expect(longestWait(begun.split(" "))).toBeCloseTo(longest, 5);
});

test("fewer issues than repositories are none to share out", async () => {
  const { code, err } = await start(["bench", "crowd", "--issues", "3", "--repositories", "4"]).ended;
  expect([code, err]).toEqual([2, expect.stringContaining("--issues is a number from 4 to 10000")]);
});
