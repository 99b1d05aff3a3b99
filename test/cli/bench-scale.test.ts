// The bench of the two databases as a process: that both sides are measured and nothing stays. How fast, it says itself.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { programs } from "../../src/cli/bench-postgres.ts";
import { start } from "./command.ts";

const short = ["bench", "scale", "--rounds", "1", "--seconds", "1", "--connections", "8"];

function place(): string {
  const temp = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  return temp;
}

test.skipIf(programs() === null)(
  "measures an App on PostgreSQL beside one on SQLite, and leaves nothing",
  async () => {
    const temp = place();
    const { code, out, err } = await start([...short, "--json"], { TMPDIR: temp }).ended;
    const { lines } = JSON.parse(out);
    expect(lines).toHaveLength(3);
    for (const { sqlite, postgres } of lines) expect(sqlite > 0 && postgres > 0).toBe(true);
    const [rate, p99, turn] = lines;
    expect(rate.ratio).toBeCloseTo(rate.postgres / rate.sqlite, 5);
    expect(p99.ratio).toBeCloseTo(p99.postgres / p99.sqlite, 5);
    expect(turn.ratio, "how much longer, in milliseconds").toBeCloseTo(turn.postgres - turn.sqlite, 5);
    expect(err).toContain("round 1 of 1");
    expect(code, "the figures are told, not judged").toBe(0);
    expect(readdirSync(temp)).toEqual([]);
  },
  120_000,
);

test("a database that cannot be reached is said, and nothing stays", async () => {
  const temp = place();
  const nobody = "postgres://loopgate@127.0.0.1:1/none";
  const { code, out, err } = await start([...short, "--postgres", nobody], { TMPDIR: temp }).ended;
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("Could not open the store, PostgreSQL at 127.0.0.1:1/none");
  expect(readdirSync(temp)).toEqual([]);
}, 60_000);
