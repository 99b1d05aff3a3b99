// Which database the store is in, as the operator has set it, and whether this process holds it or stands by.
import { resolve } from "node:path";
import { Fault } from "../base/fault.ts";
import type { StorePort } from "../engine/ports.ts";
import { postgresStore } from "./postgres/postgres.ts";
import { type StandbyStore, standbyStore } from "./postgres/standby.ts";
import { sqliteStore } from "./sqlite/sqlite.ts";

interface Where {
  readonly dataDir: string;
  /** Address of a PostgreSQL database; absent: a file in the data folder. */
  readonly store?: string;
}

/** Throws Fault when the store cannot be opened, or another process holds it. `onLost` is told once another has taken it from here. */
export async function openStore({ dataDir, store }: Where, onLost: (fault: Fault) => void): Promise<StorePort> {
  return store === undefined ? sqliteStore(resolve(dataDir)) : await postgresStore(store, { onLost });
}

/**
 * The store; or, where another process holds it and it can be shared, what a process needs to stand by. Throws Fault where it cannot be
 * opened, and where a file is held by another.
 */
export async function openOrStandBy(
  where: Where,
  onLost: (fault: Fault) => void,
): Promise<{ readonly leads: StorePort } | { readonly standsBy: StandbyStore }> {
  try {
    return { leads: await openStore(where, onLost) };
  } catch (error) {
    const isHeld = error instanceof Fault && error.kind === "conflict";
    if (!isHeld || where.store === undefined) throw error;
    return { standsBy: standbyStore(where.store) };
  }
}
