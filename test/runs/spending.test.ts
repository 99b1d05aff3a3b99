// What a run's model calls came to, across calls, failures of the disk and restarts of the App.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLedger } from "../../src/gateway/model/ledger.ts";
import type { ModelCall } from "../../src/gateway/model/provider.ts";
import { keepSpending, readSpent, spentAtMost } from "../../src/runs/spending.ts";
import { aLoop, anAttempt, aRun } from "../loop/builder.ts";

const nothing = { spentNano: 0, tokens: { input: 0, cached: 0, output: 0 } };

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-spending-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function called(inputTokens: number, cacheReadTokens: number, outputTokens: number): ModelCall {
  return { inputTokens, cacheReadTokens, outputTokens } as ModelCall;
}

/** One call of a cent or so, of which half is set aside more than it costs. */
async function call(spending: ReturnType<typeof keepSpending>, tokens: ModelCall): Promise<void> {
  const held = await spending.ledger.reserve({ least: 1e7, most: 2e7, share: "work" });
  await spending.ledger.settle(held?.id ?? "", 1e7);
  spending.count(tokens);
}

test("money set aside counts before the call leaves, and its tokens once it is settled", async () => {
  const file = join(aFolder(), "spent.json");
  const spending = keepSpending(createLedger(1e9), file, (await readSpent(file)) ?? nothing);
  await spending.ledger.reserve({ least: 1e7, most: 2e7, share: "work" });
  expect(await readSpent(file)).toEqual({ ...nothing, spentNano: 20_000_000 });
  await call(spending, called(1000, 200, 50));
  expect(await spending.spent()).toEqual({ spentNano: 30_000_000, tokens: { input: 1000, cached: 200, output: 50 } });
  expect(await readSpent(file)).toEqual(await spending.spent());
});

test("what was spent before a restart is neither forgotten nor counted twice", async () => {
  const file = join(aFolder(), "spent.json");
  const before = keepSpending(createLedger(1e9), file, (await readSpent(file)) ?? nothing);
  await call(before, called(1000, 200, 50));
  await before.spent();
  const after = keepSpending(createLedger(1e9), file, (await readSpent(file)) ?? nothing);
  await call(after, called(1100, 0, 60));
  const both = { spentNano: 20_000_000, tokens: { input: 2100, cached: 200, output: 110 } };
  expect(await after.spent()).toEqual(both);
  expect(await readSpent(file)).toEqual(both);
});

test("calls at the same time leave a whole file with the newest figures", async () => {
  const file = join(aFolder(), "spent.json");
  const spending = keepSpending(createLedger(1e12), file, nothing);
  await Promise.all(Array.from({ length: 40 }, () => call(spending, called(10, 1, 1))));
  expect(await spending.spent()).toEqual({ spentNano: 400_000_000, tokens: { input: 400, cached: 40, output: 40 } });
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(await spending.spent());
});

test("a call whose money cannot be written down is not made, and the next one is, once it can", async () => {
  const folder = join(aFolder(), "later");
  const spending = keepSpending(createLedger(1e9), join(folder, "spent.json"), nothing);
  await expect(spending.ledger.reserve({ least: 1e7, most: 1e7, share: "work" })).rejects.toThrow("ENOENT");
  mkdirSync(folder);
  await call(spending, called(10, 1, 1));
  await spending.spent();
  expect(await readSpent(join(folder, "spent.json"))).toEqual({
    spentNano: 20_000_000, // what was set aside for the first stays: nobody knows better
    tokens: { input: 10, cached: 1, output: 1 },
  });
});

test("a file as an earlier App wrote it, in dollars, is read", async () => {
  const file = join(aFolder(), "spent.json");
  writeFileSync(file, "0.25");
  expect(await readSpent(file)).toEqual({ ...nothing, spentNano: 250_000_000 });
  const tokens = { input: 3, cached: 2, output: 1 };
  writeFileSync(file, JSON.stringify({ spentUsd: 0.1 + 0.2, tokens }));
  expect(await readSpent(file)).toEqual({ spentNano: 300_000_000, tokens });
});

test.each(["", '{"usd":1}', '{"spentNano":-1,"tokens":{}}', '{"spentNano":1', "null"])(
  "of a file that holds %j nobody knows what was spent, so all that was left is",
  async (text) => {
    const dataDir = aFolder();
    const file = join(dataDir, "runs", "12-k3f9-1", "spent.json");
    mkdirSync(dirname(file), { recursive: true });
    const warned: string[] = [];
    const log = { info: () => {}, warn: (_: object, said: string) => warned.push(said), error: () => {} };
    const loop = aLoop({ grantedNano: 5e9, attempts: [anAttempt({ runs: [aRun({ spentNano: 2e9 })] })] });
    expect(await spentAtMost({ dataDir, log }, loop, "12-k3f9-1")).toEqual(nothing);
    expect(warned).toEqual([]);
    writeFileSync(file, text);
    expect(await spentAtMost({ dataDir, log }, loop, "12-k3f9-1")).toEqual({ ...nothing, spentNano: 3e9 });
    expect(warned).toEqual(["what a run spent cannot be read; all that was left counts as spent"]);
  },
);
