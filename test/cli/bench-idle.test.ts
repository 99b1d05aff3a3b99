// The bench of idle loops as a process, small: that both sides are measured on stores of their own, and that Ctrl-C leaves nothing.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ask, start } from "./command.ts";

function bench(...args: string[]) {
  const temp = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  return { command: start(["bench", "idle", ...args], { TMPDIR: temp }), temp };
}

test("measures an App beside one with idle loops, and says what each took and the ratio", async () => {
  const { command, temp } = bench("--loops", "30", "--rounds", "1", "--json");
  const { code, out, err } = await command.ended;
  expect(err).toContain("filling a store with 30 idle loops");
  expect(err).toContain("round 1 of 1");
  const { loops, lines, requests } = JSON.parse(out);
  expect(loops).toBe(30);
  expect(lines.map(({ name }: { name: string }) => name)).toEqual([
    "start",
    "look",
    "memory",
    "acknowledged",
    "handled",
  ]);
  for (const { few, many, ratio } of lines) {
    expect(few).toBeGreaterThan(0);
    expect(ratio).toBeCloseTo(many / few, 5);
  }
  expect(requests.many, "a look asks GitHub as little with idle loops as without").toBe(requests.few);
  expect(code).toBe(0);
  expect(readdirSync(temp)).toEqual([]);
}, 180_000);

test("that is interrupted ends with 130 and leaves nothing behind", async () => {
  const { command, temp } = bench("--loops", "30");
  await command.complained(/running a few loops/);
  command.signal("SIGINT");
  expect(await command.ended).toMatchObject({ code: 130, out: "" });
  expect(readdirSync(temp)).toEqual([]);
}, 120_000);

test("has its own help, and says what it cannot be asked", async () => {
  const help = await ask(["bench", "idle", "--help"]);
  expect(help).toMatchObject({ code: 0, err: "" });
  expect(help.out).toContain("--loops");
  expect(await ask(["bench", "idle", "--loops", "none"])).toMatchObject({ code: 2, out: "" });
});
