// The bench of hostile neighbours as a process, small: that both sides are measured, that there are attackers, and what is left.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ask, start } from "./command.ts";

function bench(...args: string[]) {
  const temp = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  return { command: start(["bench", "hostile", ...args], { TMPDIR: temp }), temp };
}

test("measures good loops beside attackers and without them, and says what each took and the ratio", async () => {
  const { command, temp } = bench("--loops", "1", "--rounds", "1", "--json");
  const { code, out, err } = await command.ended;
  expect(err).toBe("round 1 of 1\n");
  const { loops, lines, attackers } = JSON.parse(out);
  expect(loops).toBe(1);
  expect(lines.map(({ name }: { name: string }) => name)).toEqual(["loop", "slowest", "acknowledged", "p99", "peak"]);
  for (const { name, alone, attacked, ratio } of lines) {
    expect(alone).toBeGreaterThan(0);
    expect(ratio).toBeCloseTo(name === "peak" ? (attacked - alone) / 1024 / 1024 : attacked / alone, 5);
  }
  expect(attackers.visits).toBeGreaterThan(0);
  expect(code).toBe(0);
  expect(readdirSync(temp)).toEqual([]);
}, 240_000);

test("that is interrupted ends with 130 and leaves nothing behind", async () => {
  const { command, temp } = bench();
  await command.complained(/round 1 of 3/);
  command.signal("SIGINT");
  expect(await command.ended).toMatchObject({ code: 130, out: "" });
  expect(readdirSync(temp)).toEqual([]);
}, 120_000);

test("has its own help, and says what it cannot be asked", async () => {
  const help = await ask(["bench", "hostile", "--help"]);
  expect(help).toMatchObject({ code: 0, err: "" });
  expect(help.out).toContain("--loops");
  expect(await ask(["bench", "hostile", "--rounds", "0"])).toMatchObject({ code: 2, out: "" });
});
