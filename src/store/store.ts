// The store, a file for each kind of thing that it keeps, put together on whichever database; each method is one transaction.
import type { StorePort } from "../engine/ports.ts";
import { alarms } from "./alarms.ts";
import { allPaused } from "./all-paused.ts";
import { artifacts } from "./artifacts.ts";
import { effects } from "./effects.ts";
import { events } from "./events.ts";
import { type Earlier, inbox, readRemembered } from "./inbox.ts";
import { kept } from "./kept.ts";
import { type Dialect, loops } from "./loops.ts";
import { prune } from "./prune.ts";
import type { Remembered } from "./remembered.ts";
import { runCosts } from "./run-costs.ts";
import { schedules } from "./schedules.ts";
import { setBack } from "./set-back.ts";
import { type Driver, one, type Steps } from "./steps.ts";
import { trace } from "./trace.ts";

/** What is read once, when the store is opened. */
interface Begun {
  readonly lastTime: number;
  readonly remembered: Remembered;
}

export function* begin(): Steps<Begun> {
  const row = yield* one(
    `select max(at) as at from (select max(at) as at from event union all select max(at) as at from trace
       union all select max(at) as at from remembered) as stored`,
  );
  return { lastTime: Number(row?.at ?? 0), remembered: yield* readRemembered() };
}

/** What a database says of itself. */
type Own = Pick<StorePort, "epoch" | "confirm" | "earlierDeliveries" | "arrivals" | "size" | "close">;

export function storeOn(
  driver: Driver,
  { lastTime, remembered }: Begun,
  own: Own,
  { dialect, earlier }: { readonly dialect: Dialect; readonly earlier?: Earlier },
): StorePort {
  const { forgetDeliveries, packDeliveries, ...deliveries } = inbox(driver, remembered, earlier);
  return {
    lastTime,
    ...deliveries,
    ...events(driver),
    ...effects(driver),
    ...alarms(driver),
    ...allPaused(driver),
    ...runCosts(driver),
    ...schedules(driver),
    ...kept(driver),
    ...loops(driver, dialect),
    ...artifacts(driver),
    ...trace(driver),
    ...prune(driver, { forgetDeliveries, packDeliveries }),
    ...setBack(driver),
    ...own,
  };
}
