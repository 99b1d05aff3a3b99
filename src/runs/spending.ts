// What a run spends on models, kept in its file, so that a restart of the App neither forgets it nor grants it anew.
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Ledger } from "../gateway/model/ledger.ts";
import type { ModelCall } from "../gateway/model/provider.ts";
import { noTokens, Tokens } from "../loop/state.ts";
import { writeWhole } from "./whole-file.ts";

/** US dollars and tokens for model calls. Calls whose end nobody saw count at their worst, and with the tokens they told. */
export const Spent = z.object({ spentUsd: z.number(), tokens: Tokens });
export type Spent = z.infer<typeof Spent>;

const nothing: Spent = { spentUsd: 0, tokens: noTokens };

const nano = 1e9;

/** What a run had spent when its file was last written; nothing when it never called a model. */
export async function readSpent(file: string): Promise<Spent> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return nothing;
  const read: unknown = JSON.parse(text);
  return typeof read === "number" ? { ...nothing, spentUsd: read } : Spent.parse(read); // an older App wrote dollars only
}

/** A ledger that keeps the file, and what goes with it. */
export interface Spending {
  readonly ledger: Ledger;
  /** Counts the tokens of a call that was settled. */
  count(call: ModelCall): void;
  spent(): Promise<Spent>;
}

/** Writes what is spent or set aside before a call leaves and after it is settled; `earlier` is of a process before this. */
export function keepSpending(ledger: Ledger, file: string, earlier: Spent): Spending {
  let { tokens } = earlier;
  let written: Promise<void> = Promise.resolve();
  const now = async (): Promise<Spent> => {
    const { settled, reserved } = await ledger.balance();
    return { spentUsd: earlier.spentUsd + (settled + reserved) / nano, tokens };
  };
  const write = async () => writeWhole(file, JSON.stringify(await now()));
  const keep = () => {
    written = written.catch(() => {}).then(write); // one after the other, each with the newest figures
    return written;
  };
  return {
    ledger: {
      async reserve(want) {
        const reservation = await ledger.reserve(want);
        if (reservation !== null) await keep();
        return reservation;
      },
      async settle(id, cost) {
        await ledger.settle(id, cost);
        await keep();
      },
      balance: () => ledger.balance(),
    },
    count({ inputTokens, cacheReadTokens, outputTokens }) {
      tokens = {
        input: tokens.input + inputTokens,
        cached: tokens.cached + cacheReadTokens,
        output: tokens.output + outputTokens,
      };
      if (inputTokens + outputTokens > 0) keep().catch(() => {}); // the next call's own writing meets the same fault
    },
    async spent() {
      await written.catch(() => {});
      return now();
    },
  };
}
