// Accepted deliveries: on disk before they are answered, handled once, remembered for seven days.
import type { StorePort } from "../engine/ports.ts";
import type { Sql } from "./sql.ts";

/** How long a delivery's GUID and body are remembered: redelivery is possible for 3 days, 7 on Enterprise Server. */
const rememberMs = 7 * 24 * 3_600_000;

/**
 * A delivery is known by its GUID, and by its body: a replay under a new GUID carries the same signed bytes (F19). Honest
 * deliveries of different happenings differ, since bodies carry ids and times. The exception that is accepted: a label
 * taken away and set again within one second makes two equal `labeled` bodies, and the second one is taken for a replay.
 */
export function inbox(sql: Sql): Pick<StorePort, "acceptDelivery" | "nextDelivery" | "deliveryHandled"> {
  return {
    async acceptDelivery({ guid, event, bodySha256, body, receivedAt }) {
      return sql.atomically(() => {
        sql.run("delete from delivery where received_at < ? and how is not null", receivedAt - rememberMs);
        const known = sql.one("select 1 from delivery where guid = ? or body_sha256 = ?", guid, bodySha256);
        if (known !== undefined) return false;
        const columns = "guid, event, body_sha256, body, received_at";
        sql.run(`insert into delivery (${columns}) values (?, ?, ?, ?, ?)`, guid, event, bodySha256, body, receivedAt);
        return true;
      });
    },
    async nextDelivery() {
      const row = sql.one("select * from delivery where how is null order by received_at, rowid limit 1");
      if (row === undefined) return null;
      return {
        guid: String(row.guid),
        event: String(row.event),
        bodySha256: String(row.body_sha256),
        body: String(row.body),
        receivedAt: Number(row.received_at),
      };
    },
    async deliveryHandled(guid, how) {
      sql.run("update delivery set how = ?, body = null where guid = ?", how, guid);
    },
  };
}
