// The bench of the operator's pages as a process, small: that both sides are measured, that views are open, and what is left.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { start } from "./command.ts";

test("measures pages over many loops beside ten, and deliveries beside open views", async () => {
  const temp = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  const args = ["--loops", "20", "--views", "3", "--rounds", "1", "--json"];
  const { code, out, err } = await start(["bench", "cockpit", ...args], { TMPDIR: temp }).ended;
  expect(err).toContain("filling a store with 20 idle loops");
  const { traceRows, lines } = JSON.parse(out);
  expect(traceRows).toBe(2_000);
  expect(lines.length).toBe(3);
  for (const { ours, other, ratio } of lines) {
    expect(other).toBeGreaterThan(0);
    expect(ratio).toBeCloseTo(ours / other, 5);
  }
  expect(code).toBe(0);
  expect(readdirSync(temp)).toEqual([]);
}, 180_000);
