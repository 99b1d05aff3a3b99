// The store in a PostgreSQL database, held by one process at a time.
import type { Fault } from "../../base/fault.ts";
import type { StorePort } from "../../engine/ports.ts";
import { one, type Steps } from "../steps.ts";
import { begin, storeOn } from "../store.ts";
import { arrivalsIn } from "./arrivals.ts";
import { connectionTo } from "./connection.ts";
import { postgresDriver } from "./driver.ts";
import { takeHold, useSchema } from "./hold.ts";

/** PostgreSQL reads no JSON in which a text has U+0000 or half a pair, as people and programs may write: the escapes go first. */
const readable = "regexp_replace(state, '\\\\.', '_', 'g')::json";
const dialect = {
  phaseOf: `${readable} ->> 'phase'`,
  gateSinceOf: `${readable} ->> 'gateSince'`,
  queuedOf: `${readable} ->> 'queued'`,
  dayFullOf: `${readable} ->> 'dayFull'`,
};

export interface PostgresOptions {
  /** Told once, when another process has taken the store: from then on nothing is written, and every write is a Fault. */
  readonly onLost: (fault: Fault) => void;
  /** How long a holder may be silent before it can be replaced, in milliseconds. */
  readonly heldMs?: number;
}

/**
 * Opens the store at `address`, `postgres://USER:PASSWORD@HOST/DATABASE`, whose tables are made when they are missing. Throws Fault when it
 * cannot be reached, another process holds it, or it is of another version.
 */
export async function postgresStore(address: string, options: PostgresOptions): Promise<StorePort> {
  const hold = await takeHold(address, options);
  const writer = connectionTo(address, { called: "loopgate writes", ready: useSchema });
  const reader = connectionTo(address, { called: "loopgate reads", ready: useSchema });
  const driver = postgresDriver({ writer, reader, begin: hold.begin });
  const arrivals = arrivalsIn(address, { writer, begin: hold.begin });
  const close = async () => {
    await Promise.all([writer.close(), reader.close(), arrivals.close()]);
    await hold.release();
  };
  try {
    const own = {
      epoch: hold.epoch,
      confirm: hold.confirm,
      earlierDeliveries: async () => [],
      arrivals,
      size: () => driver.read(size),
      close,
    };
    return storeOn(driver, await driver.read(begin), own, { dialect });
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is kept, without the room that PostgreSQL has around it: rows that are gone leave room behind that is used again. */
function* size(): Steps<{ bytes: number; freeBytes: number }> {
  const row = yield* one(`
    select (select coalesce(sum(pg_total_relation_size(oid)), 0) from pg_class
        where relkind = 'r' and relnamespace = current_schema()::regnamespace) as bytes,
      (select coalesce(sum(pg_column_size(text)), 0) from artifact) +
      (select coalesce(sum(pg_column_size(detail)), 0) from trace) +
      (select coalesce(sum(pg_column_size(state)), 0) from loop) +
      (select coalesce(sum(pg_column_size(event)), 0) from event) as kept`);
  const bytes = Number(row?.bytes);
  return { bytes, freeBytes: Math.max(0, bytes - Number(row?.kept)) };
}
