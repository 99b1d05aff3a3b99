// Accepted deliveries: what they mean for loops is on disk before they are answered, and they are remembered for seven days.
import type { Delivery, EarlierDelivery, StorePort } from "../engine/ports.ts";
import { concerned } from "./concerned.ts";
import { createRemembered, type Fingerprint, fingerprintOf, pack, rememberMs, unpack } from "./remembered.ts";
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
  /** Remembered already, and to count this once; nothing is added to them. */
  const left = new Set(sql.all("select guid from earlier_delivery").map(({ guid }) => String(guid)));
  /** What is stored and not on the disk yet: an equal one that comes meanwhile is answered as this one is. */
  const unsettled = { guids: new Map<string, Promise<unknown>>(), bodies: new Map<string, Promise<unknown>>() };
  const store = together<Come, Accepted>(sql, flush, {
    work: (deliveries) =>
      acceptAll(sql, (one) => !left.has(one.delivery.guid) && remembered.has(one.fingerprint), deliveries),
    kept: (accepted) => {
      for (const { fingerprint, guid } of accepted) {
        if (fingerprint !== null) remembered.add(fingerprint);
        if (left.delete(guid)) sql.run("delete from earlier_delivery where guid = ?", guid);
      }
    },
    undo: (accepted) => forgetAll(sql, accepted),
  });

  return {
    async acceptDelivery(delivery) {
      const { guid, bodySha256: body } = delivery;
      const twin = unsettled.guids.get(guid) ?? unsettled.bodies.get(body);
      if (twin !== undefined) {
        await twin;
        return null;
      }
      const stored = store({ delivery, fingerprint: fingerprintOf(delivery) });
      unsettled.guids.set(guid, stored);
      unsettled.bodies.set(body, stored);
      try {
        const accepted = await stored;
        return accepted.fingerprint === null ? null : accepted.issues;
      } finally {
        unsettled.guids.delete(guid);
        unsettled.bodies.delete(body);
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

interface Come {
  readonly delivery: Delivery;
  readonly fingerprint: Fingerprint;
}

interface Accepted {
  readonly guid: string;
  /** Where it is remembered, with those it was stored with. */
  readonly row: number;
  /** Null: known before. */
  readonly fingerprint: Fingerprint | null;
  readonly issues: readonly string[];
}

/** To be called within a transaction. No two of them are equal. */
function acceptAll(sql: Sql, isKnown: (one: Come) => boolean, all: readonly Come[]): readonly Accepted[] {
  const fresh = new Set(all.filter((one) => !isKnown(one)));
  const row =
    fresh.size === 0
      ? 0
      : rememberTogether(
          sql,
          [...fresh].map(({ fingerprint }) => fingerprint),
        );
  return all.map((one) => {
    const { guid } = one.delivery;
    if (!fresh.has(one)) return { guid, row: 0, fingerprint: null, issues: [] };
    return { guid, row, fingerprint: one.fingerprint, issues: concerned(sql, one.delivery) };
  });
}

/** Gives the row's position. */
function rememberTogether(sql: Sql, fingerprints: readonly Fingerprint[]): number {
  const at = fingerprints.reduce((latest, one) => Math.max(latest, one.at), 0);
  const row = sql.one("insert into remembered (at, keys) values (?, ?) returning position", at, pack(fingerprints));
  return Number(row?.position);
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
