// The store in one SQLite file, held by one process.
import type { StorePort } from "../../engine/ports.ts";
import { one } from "../steps.ts";
import { begin, storeOn } from "../store.ts";
import { sqliteDriver } from "./driver.ts";
import { earlierDeliveries, leftEarlier } from "./earlier.ts";
import { openDatabase } from "./open.ts";

const dialect = {
  phaseOf: "state ->> '$.phase'",
  gateSinceOf: "state ->> '$.gateSince'",
  queuedOf: "state ->> '$.queued'",
  dayFullOf: "state ->> '$.dayFull'",
};

/** Opens the store in `dir`. Throws Fault when it is held, damaged or of another version. */
export function sqliteStore(dir: string): StorePort {
  const { db, epoch, flush, close } = openDatabase(dir);
  const driver = sqliteDriver(db, flush);
  const own = {
    epoch,
    confirm: async () => {}, // no other process can take it while this one lives
    earlierDeliveries: () => driver.read(earlierDeliveries),
    arrivals: null,
    size: async () => {
      const pages = pragma("page_count");
      const bytes = pragma("page_size");
      return { bytes: pages * bytes, freeBytes: pragma("freelist_count") * bytes };
    },
    close,
  };
  const pragma = (name: string) => Number(driver.now(one(`pragma ${name}`))?.[name]);
  return storeOn(driver, driver.now(begin()), own, { dialect, earlier: leftEarlier(driver) });
}
