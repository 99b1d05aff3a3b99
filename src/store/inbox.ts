// Accepted deliveries: what they mean for loops is on disk before they are answered, and they are remembered for seven days.
import type { Delivery, StorePort } from "../engine/ports.ts";
import { concerned } from "./concerned.ts";
import {
  createRemembered,
  type Fingerprint,
  fingerprintOf,
  pack,
  type Remembered,
  rememberMs,
  unpack,
} from "./remembered.ts";
import { all, type Driver, one, run, type Steps } from "./steps.ts";
import { together } from "./together.ts";

/** What pruning does to the inbox; each is one small step, and true while there is more to do. */
export interface InboxSteps {
  readonly forgetDeliveries: (now: number) => Promise<boolean>;
  readonly packDeliveries: () => Promise<boolean>;
}

/** Deliveries that came to an earlier version and are remembered elsewhere. */
export interface Earlier {
  has(guid: string): boolean;
  /** It came again, and is remembered here from now on. */
  cameAgain(guid: string): void;
}

const noEarlier: Earlier = { has: () => false, cameAgain: () => {} };

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
export function inbox(
  driver: Driver,
  remembered: Remembered,
  earlier: Earlier = noEarlier,
): Pick<StorePort, "acceptDelivery" | "knowsDelivery"> & InboxSteps {
  /** What is stored and not on the disk yet: an equal one that comes meanwhile is answered as this one is. */
  const unsettled = { guids: new Map<string, Promise<unknown>>(), bodies: new Map<string, Promise<unknown>>() };
  const isKnown = ({ delivery, fingerprint }: Come) => !earlier.has(delivery.guid) && remembered.has(fingerprint);
  const store = together<Come, Accepted>(driver, {
    work: (deliveries) => acceptAll(isKnown, deliveries),
    kept: (accepted) => {
      for (const { fingerprint, guid } of accepted) {
        if (fingerprint !== null) remembered.add(fingerprint);
        if (earlier.has(guid)) earlier.cameAgain(guid);
      }
    },
    undo: forgetAll,
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
    knowsDelivery: (guid, at) => !earlier.has(guid) && remembered.hasGuid(guid, at),
    forgetDeliveries(now) {
      remembered.forget(now);
      return driver.write(() => forgetOld(now - rememberMs));
    },
    packDeliveries: () => driver.atomically(packSome),
  };
}

/** What is remembered of the last seven days before the newest. */
export function* readRemembered(): Steps<Remembered> {
  const remembered = createRemembered();
  const newest = Number((yield* one("select max(at) as at from remembered"))?.at ?? 0);
  for (const row of yield* all("select keys from remembered where at >= ? order by at", newest - rememberMs)) {
    for (const one of unpack(row.keys as Uint8Array)) remembered.add(one);
  }
  return remembered;
}

function* forgetOld(before: number): Steps<boolean> {
  const old = "select position from remembered where at < ? order by at limit ?";
  return (yield* run(`delete from remembered where position in (${old})`, before, rowsInStep)) === rowsInStep;
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
function* acceptAll(isKnown: (one: Come) => boolean, come: readonly Come[]): Steps<readonly Accepted[]> {
  const fresh = new Set(come.filter((one) => !isKnown(one)));
  const row = fresh.size === 0 ? 0 : yield* rememberTogether([...fresh].map(({ fingerprint }) => fingerprint));
  const accepted: Accepted[] = [];
  for (const one of come) {
    const { guid } = one.delivery;
    if (!fresh.has(one)) accepted.push({ guid, row: 0, fingerprint: null, issues: [] });
    else accepted.push({ guid, row, fingerprint: one.fingerprint, issues: yield* concerned(one.delivery) });
  }
  return accepted;
}

/** Gives the row's position. */
function* rememberTogether(fingerprints: readonly Fingerprint[]): Steps<number> {
  const at = fingerprints.reduce((latest, one) => Math.max(latest, one.at), 0);
  const row = yield* one("insert into remembered (at, keys) values (?, ?) returning position", at, pack(fingerprints));
  return Number(row?.position);
}

/** Deliveries that are refused after all; they are stored again when they come again. */
function* forgetAll(accepted: readonly Accepted[]): Steps<void> {
  for (const { guid, issues, fingerprint, row } of accepted) {
    if (fingerprint === null) continue;
    yield* run("delete from remembered where position = ?", row);
    for (const issue of issues) {
      const [from, to] = [`${guid}/${issue}/`, `${guid}/${issue}0`]; // all that begins so: "0" comes after "/"
      yield* run("delete from event where dedupe >= ? and dedupe < ? and handled = 0", from, to);
    }
  }
}

/** Rows of a few deliveries become one of many: fewer to read at the next start. */
function* packSome(): Steps<boolean> {
  const loose = "select position, at, keys from remembered where packed = 0 order by position limit ?";
  const rows = yield* all(loose, rowsInPack);
  if (rows.length < rowsInPack) return false;
  const keys = Buffer.concat(rows.map((row) => row.keys as Uint8Array));
  const at = Math.max(...rows.map((row) => Number(row.at)));
  for (const { position } of rows) yield* run("delete from remembered where position = ?", Number(position));
  yield* run("insert into remembered (at, keys, packed) values (?, ?, 1)", at, keys);
  return true;
}
