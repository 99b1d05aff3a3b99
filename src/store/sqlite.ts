// The store on node:sqlite: one file of nouns, put together; each method is one transaction.
import type { StorePort } from "../engine/ports.ts";
import { alarms } from "./alarms.ts";
import { allPaused } from "./all-paused.ts";
import { artifacts } from "./artifacts.ts";
import { effects } from "./effects.ts";
import { events } from "./events.ts";
import { inbox } from "./inbox.ts";
import { loops } from "./loops.ts";
import { openDatabase } from "./open.ts";
import { prune } from "./prune.ts";
import { setBack } from "./set-back.ts";
import { statements } from "./sql.ts";
import { trace } from "./trace.ts";

/** Opens the store in `dir`. Throws Fault when it is held, damaged or of another version. */
export function sqliteStore(dir: string): StorePort {
  const { db, epoch, flush, close } = openDatabase(dir);
  const sql = statements(db);
  const { forgetDeliveries, packDeliveries, ...deliveries } = inbox(sql, flush);
  return {
    epoch,
    lastTime: lastTime(sql),
    ...deliveries,
    ...events(sql),
    ...effects(sql),
    ...alarms(sql),
    ...allPaused(sql),
    ...loops(sql),
    ...artifacts(sql),
    ...trace(sql),
    ...prune(sql, { forgetDeliveries, packDeliveries }),
    ...setBack(sql),
    close,
  };
}

function lastTime(sql: ReturnType<typeof statements>): number {
  const row = sql.one(
    `select max(at) as at from (select max(at) as at from event union all select max(at) as at from trace
       union all select max(at) as at from remembered)`,
  );
  return Number(row?.at ?? 0);
}
