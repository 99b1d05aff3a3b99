// Accepted deliveries: what they mean for loops is on disk before they are answered, and they are remembered for seven days.
import type { Delivery, EarlierDelivery, StorePort } from "../engine/ports.ts";
import { concerned } from "./concerned.ts";
import { createRemembered, fingerprintOf, pack, rememberMs, unpack } from "./remembered.ts";
import type { Row, Sql } from "./sql.ts";
import { together } from "./together.ts";

type Port = "acceptDelivery" | "earlierDeliveries";

/** What pruning does to the inbox; each is one small step, and true while there is more to do. */
export interface InboxSteps {
  readonly forgetDeliveries: (now: number) => boolean;
  readonly packDeliveries: () => boolean;
}

/** So many rows go in one step. */
const rowsInStep = 1_000;
/** So many are packed into one. */
const rowsInPack = 200;

/**
 * A delivery is known by its GUID, and by its body: a replay under a new GUID carries the same signed bytes (F19). Honest
 * deliveries of different happenings differ, since bodies carry ids and times. The exception that is accepted: a label
 * taken away and set again within one second makes two equal `labeled` bodies, and the second one is taken for a replay.
 *
 * Neither bodies nor an index of hashes are kept: random keys would touch as many pages as there are deliveries. One row
 * is added for all that are stored together, so that the millionth costs what the first did.
 */
export function inbox(sql: Sql, flush: () => Promise<void>): Pick<StorePort, Port> & InboxSteps {
  const remembered = createRemembered();
  const newest = Number(sql.one("select max(at) as at from remembered")?.at ?? 0);
  for (const row of sql.all("select keys from remembered where at >= ? order by at", newest - rememberMs)) {
    for (const one of unpack(row.keys as Uint8Array)) remembered.add(one);
  }
  /** What is stored and not on the disk yet: an equal one that comes meanwhile is answered as this one is. */
  const unsettled = new Map<bigint, Promise<unknown>>();
  const store = together<Delivery, Accepted>(sql, flush, {
    work: (deliveries) => acceptAll(sql, remembered.has, deliveries),
    kept: (accepted) => {
      for (const { fingerprint, isEarlier, guid } of accepted) {
        if (fingerprint !== null) remembered.add(fingerprint);
        if (isEarlier) sql.run("delete from earlier_delivery where guid = ?", guid);
      }
    },
    undo: (accepted) => forgetAll(sql, accepted),
  });

  return {
    async acceptDelivery(delivery) {
      const { guid, body } = fingerprintOf(delivery);
      const twin = unsettled.get(guid) ?? unsettled.get(body);
      if (twin !== undefined) {
        await twin;
        return null;
      }
      const stored = store(delivery);
      for (const key of [guid, body]) unsettled.set(key, stored);
      try {
        const { fingerprint, issues } = await stored;
        return fingerprint === null ? null : issues;
      } finally {
        for (const key of [guid, body]) unsettled.delete(key);
      }
    },
    async earlierDeliveries() {
      return sql.all("select * from earlier_delivery order by received_at limit 100").map(earlier);
    },
    forgetDeliveries(now) {
      remembered.forget(now);
      const old = "select position from remembered where at < ? order by at limit ?";
      return sql.run(`delete from remembered where position in (${old})`, now - rememberMs, rowsInStep) === rowsInStep;
    },
    packDeliveries: () => sql.atomically(() => packSome(sql)),
  };
}

interface Accepted {
  readonly guid: string;
  readonly isEarlier: boolean;
  /** Where it is remembered, with those it was stored with. */
  readonly row: number;
  /** Null: known before. */
  readonly fingerprint: ReturnType<typeof fingerprintOf> | null;
  readonly issues: readonly string[];
}

/** To be called within a transaction. No two of them are equal. */
function acceptAll(
  sql: Sql,
  isKnown: (one: ReturnType<typeof fingerprintOf>) => boolean,
  deliveries: readonly Delivery[],
): readonly Accepted[] {
  const fresh: ReturnType<typeof fingerprintOf>[] = [];
  const accepted = deliveries.map((delivery): Accepted => {
    const fingerprint = fingerprintOf(delivery);
    const isEarlier = isLeft(sql, delivery.guid);
    if (!isEarlier && isKnown(fingerprint)) {
      return { guid: delivery.guid, isEarlier, row: 0, fingerprint: null, issues: [] };
    }
    fresh.push(fingerprint);
    return { guid: delivery.guid, isEarlier, row: 0, fingerprint, issues: concerned(sql, delivery) };
  });
  if (fresh.length > 0) {
    const at = Math.max(...fresh.map((one) => one.at));
    const row = sql.one("insert into remembered (at, keys) values (?, ?) returning position", at, pack(fresh));
    return accepted.map((one) => ({ ...one, row: Number(row?.position) }));
  }
  return accepted;
}

/** A delivery that an earlier version stored for later is remembered already, and still counts this once. */
function isLeft(sql: Sql, guid: string): boolean {
  return sql.one("select 1 from earlier_delivery where guid = ?", guid) !== undefined;
}

/** Deliveries that are refused after all; they are stored again when they come again. */
function forgetAll(sql: Sql, accepted: readonly Accepted[]): void {
  for (const { guid, issues, fingerprint, row } of accepted) {
    if (fingerprint === null) continue;
    sql.run("delete from remembered where position = ?", row);
    for (const issue of issues) {
      const [from, to] = [`${guid}/${issue}/`, `${guid}/${issue}0`]; // all that begins so: "0" comes after "/"
      sql.run("delete from event where dedupe >= ? and dedupe < ? and handled = 0", from, to);
    }
  }
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

/** Rows of a few deliveries become one of many: fewer to read at the next start. */
function packSome(sql: Sql): boolean {
  const loose = "select position, at, keys from remembered where packed = 0 order by position limit ?";
  const rows = sql.all(loose, rowsInPack);
  if (rows.length < rowsInPack) return false;
  const keys = Buffer.concat(rows.map((row) => row.keys as Uint8Array));
  const at = Math.max(...rows.map((row) => Number(row.at)));
  for (const { position } of rows) sql.run("delete from remembered where position = ?", Number(position));
  sql.run("insert into remembered (at, keys, packed) values (?, ?, 1)", at, keys);
  return true;
}
