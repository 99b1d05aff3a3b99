// The store as a process has it that stands by: it adds deliveries for whoever leads, and sees whether anybody does.
import type { Client } from "pg";
import { Fault } from "../../base/fault.ts";
import type { Delivery } from "../../engine/ports.ts";
import { one, type Steps } from "../steps.ts";
import { together } from "../together.ts";
import { arrive } from "./arrivals.ts";
import { connectionTo } from "./connection.ts";
import { postgresDriver } from "./driver.ts";
import { heldForMs, isReadable, lockNumber, otherVersion, useSchema } from "./hold.ts";
import { storeVersion } from "./schema.ts";

export interface Leader {
  /** As the store names it: `process 12 on host`. */
  readonly holder: string;
  /** It let go of the store, is gone, or was not heard for too long: whoever stands by may try to take the store. */
  readonly isGone: boolean;
  /** Whether deliveries can be stored for it. */
  readonly takesDeliveries: boolean;
}

export interface StandbyStore {
  /** Resolves once the delivery is on the server's disk for whoever leads, now or later. Throws Fault, and then nothing of it is kept. */
  keep(delivery: Delivery): Promise<void>;
  /** Throws Fault: `invalid` where the store is of a version by now that this program does not read. */
  look(): Promise<Leader>;
  /** After what is being stored. */
  close(): Promise<void>;
}

/**
 * After a start of the server every process has to connect anew: whoever held the store before has so long for it, so that a
 * restart of the server changes no leader that is well.
 */
const afterStartMs = 15_000;

/** Opens nothing until it is asked. `address` is `postgres://USER:PASSWORD@HOST/DATABASE`. */
export function standbyStore(address: string, { heldMs = heldForMs } = {}): StandbyStore {
  const writer = connectionTo(address, { called: "loopgate stands by", ready: useSchema });
  const reader = connectionTo(address, { called: "loopgate looks who leads", ready: useSchema });
  const driver = postgresDriver({ writer, reader, begin });
  const store = together<Delivery, boolean>(driver, {
    work: function* (deliveries) {
      const areStored = yield* arrive(deliveries);
      return deliveries.map(() => areStored);
    },
    kept: () => {},
    undo: function* () {}, // what the server does not commit is not there
  });
  const storing = new Set<Promise<boolean>>();
  let locks: number | null = null;

  return {
    async keep(delivery) {
      const stored = store(delivery);
      storing.add(stored);
      try {
        if (!(await stored)) throw unfit(writer.name);
      } finally {
        storing.delete(stored);
      }
    },
    async look() {
      locks ??= await reader.use(lockNumber);
      const number = locks;
      const { version, ...leader } = await driver.read(() => leaderOf(number, heldMs));
      if (!isReadable(version)) throw otherVersion(reader.name, version);
      return { ...leader, takesDeliveries: version === storeVersion };
    },
    async close() {
      await Promise.allSettled(storing);
      await Promise.all([writer.close(), reader.close()]);
    },
  };
}

/** No hold guards what is added here: it counts for whoever leads. */
async function begin(client: Client): Promise<string> {
  const answers = (await client.query("begin; select pg_current_xact_id()::text as id")) as unknown as {
    rows: { id: string }[];
  }[];
  return String(answers[1]?.rows[0]?.id);
}

/** Asks without a lock: who leads must not wait for those who look. */
function* leaderOf(locks: number, heldMs: number): Steps<Omit<Leader, "takesDeliveries"> & { version: number }> {
  const row = yield* one(
    `select version, holder, (closed or extract(epoch from clock_timestamp() - pg_postmaster_start_time()) * 1000 > ?::bigint
         and (extract(epoch from clock_timestamp() - renewed_at) * 1000 > ?::bigint or not exists (
           select 1 from pg_locks where locktype = 'advisory' and granted and objsubid = 2
             and database = (select oid from pg_database where datname = current_database())
             and classid::bigint = ?::bigint & 4294967295 and objid::bigint = epoch)))::int as gone from opening`,
    afterStartMs,
    heldMs,
    locks,
  );
  return { version: Number(row?.version), holder: String(row?.holder), isGone: row?.gone === 1 };
}

function unfit(name: string): Fault {
  return new Fault(
    `The store, PostgreSQL at ${name}, is of another version than this Loopgate, which stands by: only whoever leads takes deliveries.`,
    { kind: "conflict", retry: "later" },
  );
}
