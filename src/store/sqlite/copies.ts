// Many loops at once, each as a loop of the store is and with all that one leaves here: what the bench of idle loops measures.
import type { StorePort } from "../../engine/ports.ts";
import { issueKeyOf } from "../../loop/issue-key.ts";
import { LoopState } from "../../loop/state.ts";
import { keepText } from "../artifacts.ts";
import { saveStep } from "../effects.ts";
import { addEvent } from "../events.ts";
import { one, type Steps } from "../steps.ts";
import { addEntry } from "../trace.ts";
import { sqliteDriver } from "./driver.ts";
import { openDatabase } from "./open.ts";
import { sqliteStore } from "./sqlite.ts";

/** So many are written in one transaction. */
const together = 200;

/** The loop of `issueKey`, with its trace and its texts, in other words and under other names. */
interface Original {
  readonly state: LoopState;
  readonly trace: Awaited<ReturnType<StorePort["readTrace"]>>;
  readonly texts: readonly (readonly [sha256: string, text: string])[];
}

/**
 * Copies loops of the store in `dir`, one after the other, until there are `count` copies: issue, pull request, id, texts
 * and times of trace entries are each copy's own. `traceRows`: how many entries each has, the original's over again; absent: as many as that. Nothing else may hold the store. `signal` stops between transactions.
 */
export async function copyLoops(
  dir: string,
  issueKeys: readonly string[],
  { count, traceRows, signal }: { readonly count: number; readonly traceRows?: number; readonly signal: AbortSignal },
): Promise<void> {
  const originals = await readOriginals(dir, issueKeys);
  const { db, flush, close } = openDatabase(dir);
  try {
    const driver = sqliteDriver(db, flush);
    for (let from = 0; from < count; from += together) {
      signal.throwIfAborted();
      driver.unflushed(function* () {
        for (let n = from; n < Math.min(count, from + together); n++) {
          yield* copy(originals[n % originals.length] as Original, n, traceRows);
        }
      });
      await flush();
    }
  } finally {
    await close();
  }
}

async function readOriginals(dir: string, issueKeys: readonly string[]): Promise<readonly Original[]> {
  const store = sqliteStore(dir);
  try {
    const originals: Original[] = [];
    for (const key of issueKeys) {
      const state = LoopState.parse(await store.load(key));
      const hashes = new Set(JSON.stringify(state).match(/(?<=")[0-9a-f]{64}(?=")/g));
      const texts: [string, string][] = [];
      for (const sha256 of hashes) {
        const text = await store.getArtifact(sha256);
        if (text !== null) texts.push([sha256, text]);
      }
      originals.push({ state, trace: await store.readTrace(key, 1_000), texts });
    }
    return originals;
  } finally {
    await store.close();
  }
}

/** Beyond the numbers of the originals' issues. */
const firstIssue = 1_000;

function* copy({ state: original, trace, texts }: Original, n: number, rows = trace.length): Steps<void> {
  const [id, number] = [`copy${n}`, firstIssue + 2 * n];
  const issueKey = issueKeyOf(original.issue.repositoryId, number);
  const own = { issueKey, loop: id, at: original.startedAt };
  let json = JSON.stringify(original).replaceAll(original.id, id);
  for (const [sha256, text] of texts) json = json.replaceAll(sha256, yield* keepText(`${text}\n${id}`, own));
  const { issue, pull, ending, ...rest } = JSON.parse(json) as LoopState;
  // They did not all end in the same millisecond.
  const ended = ending === null ? null : { ...ending, at: ending.at - n };
  const state = { ...rest, ending: ended, issue: { ...issue, number }, pull: pull && { ...pull, number: number + 1 } };
  yield* addEvent(issueKey, { type: "pull_ready" }, own.at, `copy/${n}`);
  const seq = Number((yield* one("select seq from event where dedupe = ?", `copy/${n}`))?.seq);
  yield* saveStep({ seq, issueKey, state, effects: [], drop: [], now: own.at });
  for (let row = 0; row < rows; row++) {
    const entry = trace[row % trace.length];
    if (entry !== undefined) yield* addEntry({ ...entry, issueKey, loop: id });
  }
}
