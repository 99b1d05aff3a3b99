// The digests of loops that ended, each read from the store once.
import { setImmediate } from "node:timers/promises";
import { Fault } from "../../base/fault.ts";
import type { StorePort } from "../../engine/ports.ts";
import { type Digest, digestOf } from "./digest.ts";

export interface Read {
  readonly digests: readonly Digest[];
  /** So many of them could not be read. */
  readonly unread: number;
  /** Whether there are older ones. */
  readonly isMore: boolean;
}

export interface Book {
  /** Of these repositories, or of all: the loops that ended last. Throws Fault. */
  read(repositories?: readonly number[]): Promise<Read>;
}

/** So many loops are counted. */
const most = 1_000;
const mostKept = 5_000;
/** After so many that are read, everything else has its turn. */
const inTurn = 10;

export function createBook(store: Pick<StorePort, "newestEnded" | "load">): Book {
  const kept = new Map<string, Digest | null>(); // null: it cannot be read
  return {
    async read(repositories) {
      const ended = (await store.newestEnded(Number.MAX_SAFE_INTEGER, most + 1, repositories)).slice(0, most + 1);
      const all: (Digest | null)[] = [];
      let loaded = 0;
      for (const { issueKey, at } of ended.slice(0, most)) {
        const name = `${issueKey} ${at}`;
        if (!kept.has(name)) {
          kept.set(name, await digestIn(store, issueKey));
          loaded += 1;
          if (loaded % inTurn === 0) await setImmediate();
        }
        all.push(kept.get(name) ?? null);
      }
      for (const name of kept.keys()) if (kept.size > mostKept) kept.delete(name);
      const digests = all.filter((one) => one !== null);
      return { digests, unread: all.length - digests.length, isMore: ended.length > most };
    },
  };
}

async function digestIn(store: Pick<StorePort, "load">, issueKey: string): Promise<Digest | null> {
  try {
    const state = await store.load(issueKey);
    return state === null ? null : digestOf(state);
  } catch (error) {
    if (error instanceof Fault && error.kind === "invalid") return null;
    throw error;
  }
}
