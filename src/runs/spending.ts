// What a run spends on models, kept in its file, so that a restart of the App neither forgets it nor grants it anew.

import { z } from "zod";
import { parseJson } from "../base/parse-json.ts";
import type { Log } from "../engine/ports.ts";
import type { Ledger } from "../gateway/model/ledger.ts";
import type { ModelCall } from "../gateway/model/provider.ts";
import { NanoUsd, nanoOf, spentOf } from "../loop/money.ts";
import { type LoopState, noTokens, Tokens } from "../loop/state.ts";
import { rooms } from "./rooms.ts";
import { readIfThere, writeDurably } from "./whole-file.ts";

/** Money and tokens for model calls. Calls whose end nobody saw count at their worst, and with the tokens they told. */
export const Spent = z.object({ spentNano: NanoUsd, tokens: Tokens });
export type Spent = z.infer<typeof Spent>;

export interface SpendingParts {
  readonly dataDir: string;
  readonly log: Log;
}

const nothing: Spent = { spentNano: 0, tokens: noTokens };

/**
 * What a run had spent when its file was last written: nothing where there is no file, since it never called a model. Null
 * where the file cannot be read, as after a power cut: then nobody knows.
 */
export async function readSpent(file: string): Promise<Spent | null> {
  const text = await readIfThere(file);
  return text === null ? nothing : spentIn(text);
}

function spentIn(text: string): Spent | null {
  const json = parseJson(text);
  if (typeof json === "number") return { ...nothing, spentNano: nanoOf(json) }; // an early App wrote dollars alone
  const read = Spent.safeParse(json);
  if (read.success) return read.data;
  const before = InDollars.safeParse(json);
  return before.success ? { spentNano: nanoOf(before.data.spentUsd), tokens: before.data.tokens } : null;
}

/** As a later App wrote it, before money was kept in whole nano-dollars. */
const InDollars = z.object({ spentUsd: z.number().nonnegative(), tokens: Tokens });

/**
 * What the run is taken to have spent: where its file cannot be read, all that the loop had left to spend. That is said in
 * the log, since it may be far too much; money that nobody can account for must not be spent twice.
 */
export async function spentAtMost(
  { dataDir, log }: SpendingParts,
  loop: Pick<LoopState, "id" | "attempts" | "grantedNano">,
  run: string,
): Promise<Spent> {
  const file = rooms({ dataDir }).spending(run);
  const known = await readSpent(file);
  if (known !== null) return known;
  const spentNano = Math.max(0, loop.grantedNano - spentOf(loop));
  log.warn(
    { loop: loop.id, run, file, spentNano },
    "what a run spent cannot be read; all that was left counts as spent",
  );
  return { ...nothing, spentNano };
}

/** A ledger that keeps the file, and what goes with it. */
export interface Spending {
  readonly ledger: Ledger;
  /** Counts the tokens of a call that was settled. */
  count(call: ModelCall): void;
  spent(): Promise<Spent>;
}

/**
 * Writes what is spent or set aside before a call leaves and after it is settled, each time so that it outlasts a power cut: a
 * millisecond or two beside a call of seconds. What is asked to be written while a writing is under way is written together by
 * the next one. `earlier` is of a process before this.
 */
export function keepSpending(ledger: Ledger, file: string, earlier: Spent): Spending {
  let { tokens } = earlier;
  let written: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null; // a writing that has not begun, and so will have the newest figures
  const now = async (): Promise<Spent> => {
    const { settled, reserved } = await ledger.balance();
    return { spentNano: earlier.spentNano + settled + reserved, tokens };
  };
  const write = async () => {
    next = null;
    await writeDurably(file, JSON.stringify(await now()));
  };
  const keep = () => {
    next ??= written.catch(() => {}).then(write);
    written = next;
    return next;
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
