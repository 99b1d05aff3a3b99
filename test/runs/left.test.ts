// What earlier processes left of runs is found by its names, and what is known of each is read from wherever it is left.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { RunLabel } from "../../src/container/run.ts";
import { begunSince, leftRuns } from "../../src/runs/left.ts";
import { recordedSpending } from "../../src/runs/provenance.ts";

function aHost(labels: readonly RunLabel[] = []) {
  const dataDir = mkdtempSync(join(tmpdir(), "left-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return { dataDir, runtime: { list: async () => labels } };
}

function aFile(dataDir: string, path: string, content: object): void {
  mkdirSync(join(dataDir, path, ".."), { recursive: true });
  writeFileSync(join(dataDir, path), JSON.stringify(content));
}

const label = (id: string, loop: string): RunLabel => ({ id, loop, epoch: 1, role: "reviewer", attempt: 2 });

test("a container, a folder and a quarantine each are something left; the repository is the quarantine's", async () => {
  const host = aHost([label("7-a-2", "a"), label("7-a-2-setup", "a"), label("17-b-1", "b")]);
  const objectsDir = join(host.dataDir, "objects", "200.git", "objects");
  aFile(host.dataDir, "runs/7-a-1/lease.json", {});
  aFile(host.dataDir, "quarantine/7-c-d-3.git/loopgate.json", { branch: "loop/7-c-d", objectsDir });
  aFile(host.dataDir, "quarantine/.new-1/loopgate.json", { branch: "loop/7-c-d", objectsDir });
  aFile(host.dataDir, "provenance/7-a-9/order.json", {}); // what is written down of a run is nothing that it left
  expect((await leftRuns(host, { number: 7 })).toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
    { id: "7-a-1", loop: "a", repositoryId: null },
    { id: "7-a-2", loop: "a", repositoryId: null },
    { id: "7-c-d-3", loop: "c-d", repositoryId: 200 },
  ]);
});

test("F8: of runs that a record does not count, all that is left says what they were begun for, in their order", async () => {
  const host = aHost([label("7-a-10", "a"), label("7-a-3", "a"), label("7-b-12", "b")]);
  const lease = { token: "t", startFrom: "aa2", role: "check", check: { name: "lint", at: "base" } };
  aFile(host.dataDir, "runs/7-a-5/lease.json", lease);
  aFile(host.dataDir, "runs/7-a-6/lease.json", { torn: true });
  aFile(host.dataDir, "provenance/7-a-4/order.json", { order: { role: "executor", attempt: 2, startFrom: "aa1" } });
  const nothing = { role: null, attempt: null, startFrom: null };
  expect(await begunSince(host, { id: "a", runsStarted: 3 })).toEqual([
    { count: 4, role: "executor", attempt: 2, startFrom: "aa1" },
    { ...nothing, count: 5, role: "check", startFrom: "aa2", check: { name: "lint", at: "base" } },
    { ...nothing, count: 6 },
    { ...nothing, count: 10, role: "reviewer", attempt: 2 },
  ]);
  expect(await begunSince(aHost(), { id: "a", runsStarted: 0 })).toEqual([]);
});

test("F8: what a run came to spend is known once it is cleared away, to the nano-dollar", async () => {
  const host = aHost();
  const tokens = { input: 3, cached: 1, output: 2 };
  aFile(host.dataDir, "provenance/7-a-1/end.json", { version: 1, spentUsd: 0.014000001, tokens });
  aFile(host.dataDir, "provenance/7-a-2/end.json", { version: 1, spentUsd: "much", tokens });
  expect(await recordedSpending(host, "7-a-1")).toEqual({ spentNano: 14_000_001, tokens });
  expect(await recordedSpending(host, "7-a-2")).toBeNull();
  expect(await recordedSpending(host, "7-a-3")).toBeNull();
});
