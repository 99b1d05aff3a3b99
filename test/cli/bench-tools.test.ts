// The bench of tools as a process: that both sides are measured and nothing stays. How fast, it says itself.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { start } from "./command.ts";

test("measures calls and lists through the gateway beside the servers themselves, and leaves nothing", async () => {
  const temp = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  const { ended } = start(["bench", "tools", "--rounds", "2", "--json"], { TMPDIR: temp });
  const { code, out, err } = await ended;
  expect(err).toBe("1 lists\n2 calls of each kind\n");
  const { lines } = JSON.parse(out);
  expect(lines).toHaveLength(3);
  for (const { ratio, ours, straight } of lines) expect(ratio > 0 && ours > 0 && straight > 0).toBe(true);
  expect(lines[0].straight).toBeGreaterThan(19);
  expect(lines[0].ours).toBeGreaterThan(lines[0].straight / 2);
  expect(code, "the figures are told, not judged").toBe(0);
  expect(readdirSync(temp)).toEqual([]);
}, 60_000);
