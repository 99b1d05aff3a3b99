// What a run's model calls came to, across calls, failures of the disk and restarts of the App.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLedger } from "../../src/gateway/model/ledger.ts";
import type { ModelCall } from "../../src/gateway/model/provider.ts";
import { keepSpending, readSpent } from "../../src/runs/spending.ts";

const nothing = { spentUsd: 0, tokens: { input: 0, cached: 0, output: 0 } };

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
  const spending = keepSpending(createLedger(1e9), file, await readSpent(file));
  await spending.ledger.reserve({ least: 1e7, most: 2e7, share: "work" });
  expect(await readSpent(file)).toEqual({ ...nothing, spentUsd: 0.02 });
  await call(spending, called(1000, 200, 50));
  expect(await spending.spent()).toEqual({ spentUsd: 0.03, tokens: { input: 1000, cached: 200, output: 50 } });
  expect(await readSpent(file)).toEqual(await spending.spent());
});

test("what was spent before a restart is neither forgotten nor counted twice", async () => {
  const file = join(aFolder(), "spent.json");
  const before = keepSpending(createLedger(1e9), file, await readSpent(file));
  await call(before, called(1000, 200, 50));
  await before.spent();
  const after = keepSpending(createLedger(1e9), file, await readSpent(file));
  await call(after, called(1100, 0, 60));
  const both = { spentUsd: 0.02, tokens: { input: 2100, cached: 200, output: 110 } };
  expect(await after.spent()).toEqual(both);
  expect(await readSpent(file)).toEqual(both);
});

test("calls at the same time leave a whole file with the newest figures", async () => {
  const file = join(aFolder(), "spent.json");
  const spending = keepSpending(createLedger(1e12), file, nothing);
  await Promise.all(Array.from({ length: 40 }, () => call(spending, called(10, 1, 1))));
  expect(await spending.spent()).toEqual({ spentUsd: 0.4, tokens: { input: 400, cached: 40, output: 40 } });
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
    spentUsd: 0.02, // what was set aside for the first stays: nobody knows better
    tokens: { input: 10, cached: 1, output: 1 },
  });
});

test("a file of dollars alone, as an older App wrote it, is read; one of something else is not", async () => {
  const file = join(aFolder(), "spent.json");
  writeFileSync(file, "0.25");
  expect(await readSpent(file)).toEqual({ ...nothing, spentUsd: 0.25 });
  writeFileSync(file, '{"usd":1}');
  await expect(readSpent(file)).rejects.toThrow();
});
