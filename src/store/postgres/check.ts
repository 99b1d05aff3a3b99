// What is wrong with a PostgreSQL server as a place for the store, before anything is started.
import type { Client } from "pg";
import { toFault } from "../../base/fault.ts";
import type { Found } from "../../base/finding.ts";
import { connectionTo } from "./connection.ts";

/** Transactions can be asked after since PostgreSQL 13: https://www.postgresql.org/docs/13/release-13.html */
const oldest = 130_000;

/** Asks the server; changes nothing. Never rejects. */
export async function askPostgres(address: string): Promise<readonly Found[]> {
  const connection = connectionTo(address, { called: "loopgate looks" });
  try {
    return await connection.use((client) => look(client, connection.name));
  } catch (error) {
    return [{ name: "store-unreachable", text: toFault(error, "Could not look at the store").message }];
  } finally {
    await connection.close();
  }
}

async function look(client: Client, name: string): Promise<readonly Found[]> {
  const { rows } = await client.query(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
       current_setting('fsync') as fsync, current_setting('full_page_writes') as whole, pg_is_in_recovery() as standby,
       has_database_privilege(current_database(), 'create') or to_regnamespace('loopgate') is not null as may,
       current_user as user`,
  );
  const { number, version, fsync, whole, standby, may, user } = rows[0] ?? {};
  const said: readonly (Found | false)[] = [
    number < oldest && {
      name: "store-old",
      text: `PostgreSQL at ${name} is ${version}; the store needs 13 or later.`,
    },
    standby && {
      name: "store-standby",
      text: `PostgreSQL at ${name} is a standby, which takes no writes: name the primary in LOOPGATE_STORE.`,
    },
    !may && {
      name: "store-closed",
      text: `${user} may not make a schema in PostgreSQL at ${name}: grant create on the database to it, or make the database its own.`,
    },
    !(fsync === "on" && whole === "on") && {
      name: "store-unsafe",
      text: `PostgreSQL at ${name} has fsync or full_page_writes off: a power cut can lose or damage what Loopgate was told is stored.`,
    },
  ];
  return said.filter((one) => one !== false);
}
