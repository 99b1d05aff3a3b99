// What a store's file remembers of deliveries, as tests ask after it.
import type { DatabaseSync } from "node:sqlite";
import { type Fingerprint, fingerprintOf, unpack } from "../../src/store/remembered.ts";

function all(db: DatabaseSync): Fingerprint[] {
  return db
    .prepare("select keys from remembered")
    .all()
    .flatMap(({ keys }) => unpack(keys as Uint8Array));
}

export function isRemembered(db: DatabaseSync, guid: string): boolean {
  const wanted = fingerprintOf({ guid, bodySha256: "0".repeat(64), receivedAt: 0 });
  return all(db).some(({ guid: one }) => one.high === wanted.guid.high && one.low === wanted.guid.low);
}

/** How many deliveries are remembered, one that is there twice counted twice. */
export function rememberedTimes(db: DatabaseSync): number {
  return all(db).length;
}
