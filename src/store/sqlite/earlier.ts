// Deliveries that an earlier version stored whole and did not come to handle.
import type { EarlierDelivery } from "../../engine/ports.ts";
import type { Earlier } from "../inbox.ts";
import { all, type Row, run, type Steps } from "../steps.ts";
import type { SqliteDriver } from "./driver.ts";

/** Oldest first, at most 100. */
export function* earlierDeliveries(): Steps<EarlierDelivery[]> {
  return (yield* all("select * from earlier_delivery order by received_at limit 100")).map(earlier);
}

/** Those that are left are remembered already, and are to count this once; nothing is added to them. */
export function leftEarlier({ now }: SqliteDriver): Earlier {
  const left = new Set(now(all("select guid from earlier_delivery")).map(({ guid }) => String(guid)));
  return {
    has: (guid) => left.has(guid),
    cameAgain(guid) {
      left.delete(guid);
      now(run("delete from earlier_delivery where guid = ?", guid));
    },
  };
}

function earlier(row: Row): EarlierDelivery {
  return {
    guid: String(row.guid),
    event: String(row.event),
    bodySha256: String(row.body_sha256),
    body: String(row.body),
    receivedAt: Number(row.received_at),
  };
}
