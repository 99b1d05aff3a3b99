// Which database the store is in, as the operator has set it.
import { resolve } from "node:path";
import type { Fault } from "../base/fault.ts";
import type { StorePort } from "../engine/ports.ts";
import { postgresStore } from "./postgres/postgres.ts";
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
