// Who holds the store: one process at a time, which says every few seconds that it is there. Whoever takes the store from one that was
// stopped, or cut off, raises the epoch; what the earlier one still tries to write is refused by the database itself.
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { Fault } from "../../base/fault.ts";
import { type Connection, connectionTo } from "./connection.ts";
import { schemaName, storeVersion, tables, upgrades } from "./schema.ts";

/** One that has not said for so long that it is there may be replaced. */
export const heldForMs = 30_000;
const saidEveryMs = 5_000;

export interface Hold {
  readonly epoch: number;
  /** Begins a transaction in which this process is sure to hold the store until its end, and tells its id. Throws Fault where it does not; what was begun is then still to be rolled back. */
  begin(client: Client): Promise<string>;
  /** Throws Fault where this process does not hold the store any more, or the server cannot say. */
  confirm(): Promise<void>;
  /** Lets go of the store. */
  release(): Promise<void>;
}

/** Makes each new connection look for tables in the store's own schema, and each commit wait for the disk. */
export async function useSchema(client: Client): Promise<void> {
  await client.query(`set search_path to ${schemaName}; set synchronous_commit to on`);
}

/**
 * Takes the store, which is made when it is not there. Throws Fault where another process holds it, naming that, or it is of another
 * version. `onLost` is told once, when another process has taken it.
 */
export async function takeHold(
  address: string,
  { onLost, heldMs = heldForMs }: { readonly onLost: (fault: Fault) => void; readonly heldMs?: number },
): Promise<Hold> {
  const me = `process ${process.pid} on ${hostname()}`;
  let epoch: number | null = null;
  let locks = 0;
  let isLost = false;
  let isPresent = true;

  /** After a cut the server may still hold the earlier connection for a while, and the lock with it: then it is asked for again. */
  async function bePresent(client: Client): Promise<void> {
    const { rows } = await client.query("select pg_try_advisory_lock($1, $2) as present", [locks, epoch]);
    isPresent = rows[0]?.present === true;
  }

  /** Held for as long as the connection lasts: a process that is gone holds it no more, and need not be waited for. */
  const presence = connectionTo(address, {
    called: "loopgate holds the store",
    ready: async (client) => {
      await prepare(client);
      locks = await lockNumber(client);
      if (epoch !== null) await bePresent(client);
    },
  });

  try {
    epoch = await take(presence, { me, heldMs, locks: () => locks });
  } catch (error) {
    await presence.close();
    throw error;
  }
  const mine = epoch;
  const saying = new AbortController();
  const said = keepSaying();

  function lost(by: string): Fault {
    const fault = new Fault(
      `This Loopgate (${me}) does not hold the store any more: ${by} took it, as nothing had been heard from here for ${heldMs / 1000} s. Nothing was written.`,
      { kind: "conflict", retry: "never" },
    );
    if (!isLost) onLost(fault);
    isLost = true;
    return fault;
  }

  async function keepSaying(): Promise<void> {
    const { signal } = saying;
    for (;;) {
      await sleep(saidEveryMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await presence.use(say).catch(() => {}); // said again soon; until then what is written is checked all the same
    }
  }

  async function say(client: Client): Promise<void> {
    const { rowCount } = await client.query("update opening set renewed_at = clock_timestamp() where epoch = $1", [
      mine,
    ]);
    if (rowCount === 0) lost(await holderOf(client));
    else if (!isPresent) await bePresent(client);
  }

  return {
    epoch: mine,
    async begin(client) {
      const answers = (await client.query(
        `begin; select pg_advisory_xact_lock_shared(${locks}, 0); select epoch, pg_current_xact_id()::text as id from opening`,
      )) as unknown as { rows: { epoch: number; id: string }[] }[];
      const [row] = answers[2]?.rows ?? [];
      if (row?.epoch === mine) return row.id;
      throw lost(await holderOf(client));
    },
    confirm: () =>
      presence.use(async (client) => {
        const { rows } = await client.query("select epoch from opening");
        if (rows[0]?.epoch !== mine) throw lost(await holderOf(client));
      }),
    async release() {
      saying.abort();
      await said;
      await presence
        .use((client) => client.query("update opening set closed = true where epoch = $1", [mine]))
        .catch(() => {}); // the lock goes with the connection
      await presence.close();
    },
  };
}

/** Numbers for locks that no other store in the same database server uses. */
export async function lockNumber(client: Client): Promise<number> {
  const { rows } = await client.query("select 'opening'::regclass::oid::bigint as id");
  return Number(rows[0]?.id) | 0; // an oid has 32 bits without a sign, a lock's number 32 bits with one
}

/** Makes schema and tables where they are missing, one process at a time. */
async function prepare(client: Client): Promise<void> {
  await client.query("begin");
  await client.query("select pg_advisory_xact_lock(hashtext($1))", [`${schemaName} is being made`]);
  const { rows } = await client.query("select to_regclass($1) as found", [`${schemaName}.opening`]);
  const isThere = rows[0]?.found !== null;
  if (!isThere) await client.query(`create schema if not exists ${schemaName}`);
  await useSchema(client);
  if (!isThere) await client.query(tables);
  await client.query("commit");
  await useSchema(client);
}

interface Taking {
  readonly me: string;
  readonly heldMs: number;
  readonly locks: () => number;
}

function take(presence: Connection, { me, heldMs, locks }: Taking): Promise<number> {
  return presence.use(async (client) => {
    await client.query("begin");
    try {
      // Waits for the last transaction of whoever held it; the server ends one that stands still.
      await client.query("select pg_advisory_xact_lock($1, 0)", [locks()]);
      const { rows } = await client.query(
        `select epoch, version, holder, closed, extract(epoch from clock_timestamp() - renewed_at) * 1000 as silent_ms,
           pg_try_advisory_xact_lock($1, epoch) as gone from opening`,
        [locks()],
      );
      const { epoch, version, holder, closed, silent_ms: silentMs, gone } = rows[0] ?? {};
      if (!isReadable(version)) throw otherVersion(presence.name, version);
      if (!closed && !gone && Number(silentMs) < heldMs) throw held(presence.name, holder, Number(silentMs), heldMs);
      await upgrade(client, version);
      const next = Number(epoch) + 1;
      await client.query("select pg_advisory_lock($1, $2)", [locks(), next]);
      await client.query("update opening set epoch = $1, holder = $2, renewed_at = clock_timestamp(), closed = false", [
        next,
        me,
      ]);
      await client.query("commit");
      return next;
    } catch (error) {
      await client.query("rollback").catch(() => {});
      throw error;
    }
  });
}

/** Whether a way leads from there to this version. */
export function isReadable(version: number): boolean {
  return version === storeVersion || (upgrades.has(version) && isReadable(version + 1));
}

/** Brings an earlier version up to date, within the transaction that takes the store. */
async function upgrade(client: Client, version: number): Promise<void> {
  const step = upgrades.get(version);
  if (version === storeVersion || step === undefined) return;
  await client.query(`${step}; update opening set version = ${version + 1}`);
  await upgrade(client, version + 1);
}

async function holderOf(client: Client): Promise<string> {
  const { rows } = await client.query("select holder from opening");
  return String(rows[0]?.holder ?? "another process");
}

function held(name: string, holder: string, silentMs: number, heldMs: number): Fault {
  const ago = Math.max(0, Math.round(silentMs / 1000));
  return new Fault(
    `The store, PostgreSQL at ${name}, is held by another Loopgate (${holder}, last heard ${ago} s ago). Only one may write; stop that one first, or set LOOPGATE_STORE to another database. One that is not heard for ${heldMs / 1000} s can be replaced.`,
    { kind: "conflict", retry: "never" },
  );
}

export function otherVersion(name: string, version: unknown): Fault {
  return new Fault(
    `The store, PostgreSQL at ${name}, has version ${version}; this Loopgate reads version ${storeVersion}. Start the Loopgate that wrote it, or name an empty database and run \`npm run loopgate -- restore\`: every loop is rebuilt from its issue thread.`,
    { kind: "invalid", retry: "never" },
  );
}
