// The bench of verdicts as a process: that the verdicts it times are the right ones, and that Ctrl-C leaves nothing. How fast, it says itself.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { start } from "./command.ts";

function bench(...args: string[]) {
  const temp = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  return { command: start(["bench", "verify", "--unsealed", ...args], { TMPDIR: temp }), temp };
}

test("measures a verdict alone and with ten hunks taken back, each of them held, beside the suite by hand", async () => {
  const { command, temp } = bench("--rounds", "1", "--seconds", "1", "--json");
  const { code, out, err } = await command.ended;
  expect(err).toBe("round 1 of 1\n");
  const { hunks, lines } = JSON.parse(out);
  expect(hunks).toBe(10);
  expect(lines.map(({ what }: { what: string }) => what)).toEqual([
    "a verdict on a commit",
    "a verdict with ten hunks taken back",
  ]);
  for (const { ratio, ours, byHand } of lines) expect(ratio).toBeCloseTo(ours / byHand, 5);
  expect(code, "the figures are told, not judged").toBe(0);
  expect(readdirSync(temp)).toEqual([]);
}, 120_000);

test("that is interrupted ends with 130 and leaves nothing behind", async () => {
  const { command, temp } = bench("--rounds", "9");
  await command.complained(/round 1 of 9/);
  command.signal("SIGINT");
  expect(await command.ended).toMatchObject({ code: 130, out: "" });
  expect(readdirSync(temp)).toEqual([]);
}, 60_000);
