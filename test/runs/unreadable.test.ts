// The small files of a run, damaged in every way: each reading has a meaning, says so in the log, and none throws.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type End, keepEnd, readEnd } from "../../src/runs/end.ts";
import { readKept, wasReady } from "../../src/runs/files.ts";
import { rooms } from "../../src/runs/rooms.ts";
import { readQuiet } from "../../src/runs/silence.ts";
import { spentAtMost } from "../../src/runs/spending.ts";
import { writeDurably, writeWhole } from "../../src/runs/whole-file.ts";
import { aLoop } from "../loop/builder.ts";
import { damages } from "./damages.ts";

const run = "12-k3f9-1";
const files = ["lease", "quiet", "spending", "end"] as const;

function lock(file: string): void {
  writeFileSync(file, "{}");
  chmodSync(file, 0o000);
}

const isRoot = process.getuid?.() === 0; // who reads whatever there is
const ways = Object.entries({ ...damages, ...(isRoot ? {} : { "not ours to read": lock }) });

function aHost() {
  const dataDir = mkdtempSync(join(tmpdir(), "ends-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const said: string[] = [];
  const say = (_: object, text: string) => void said.push(text);
  const places = rooms({ dataDir });
  mkdirSync(dirname(places.end(run)), { recursive: true });
  return { dataDir, places, said, log: { info: say, warn: say, error: say } };
}

const end: End = {
  version: 1,
  role: "executor",
  startFrom: "a".repeat(40),
  status: "finished",
  exitCode: 0,
  endedAt: 1_000,
  log: "did it",
  note: "",
  readyMs: 300,
  spentNano: 14_000_000,
  tokens: { input: 1, cached: 0, output: 2 },
  outOfBudget: false,
  modelDown: false,
  trouble: null,
  tools: ["shell ×5"],
  refused: [],
  isolation: { runtime: "docker", network: "none", capabilities: [], readOnlyRoot: true, user: "10001" },
};

test("a file that is not there means that nothing happened, and nothing is said of it", async () => {
  const host = aHost();
  expect(await readKept(host, run)).toBe(null);
  expect(await wasReady(host, run)).toBe(false);
  expect(await readQuiet(host, run)).toBe(null);
  expect(await readEnd(host, run)).toBe(null);
  expect(await spentAtMost(host, aLoop(), run)).toMatchObject({ spentNano: 0 });
  expect(host.said).toEqual([]);
});

describe.each(ways)("F5: %s", (_, damage) => {
  test("an end is none, a count begins anew, a lease is lost, and all that was left counts as spent", async () => {
    const host = aHost();
    const loop = aLoop({ grantedNano: 5_000_000_000 });
    for (const file of files) damage(host.places[file](run));
    expect(await readEnd(host, run)).toBe(null);
    expect(await readQuiet(host, run)).toBe(null);
    expect([await readKept(host, run), await wasReady(host, run)]).toEqual([null, true]);
    expect(await spentAtMost(host, loop, run)).toMatchObject({ spentNano: 5_000_000_000 });
    expect(host.said).toHaveLength(3);
  });

  test.each([
    ["whole", writeWhole],
    ["durably", writeDurably],
  ])("what is written there %s after that is read", async (_name, write) => {
    const host = aHost();
    for (const file of files) damage(host.places[file](run));
    await keepEnd(host, run, end);
    await write(host.places.quiet(run), '{"ms":5,"heardAt":9}');
    expect(await readEnd(host, run)).toEqual(end);
    expect(await readQuiet(host, run)).toEqual({ ms: 5, heardAt: 9 });
  });

  test("and where the file that is renamed to it is made", async () => {
    const host = aHost();
    damage(`${host.places.end(run)}.new`);
    await keepEnd(host, run, end);
    expect(await readEnd(host, run)).toEqual(end);
  });
});
