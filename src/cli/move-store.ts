// `loopgate move-store`: takes the store from its SQLite file to the PostgreSQL database of the settings.
import { resolve } from "node:path";
import { readSettings } from "../settings.ts";
import { moveStore } from "../store/move.ts";
import { withEnvFile } from "./env-file.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

/** 0 once it is moved, 1 where the settings do not stand or name no database, 130 after Ctrl-C. Throws Fault, and then nothing was moved. */
export async function moveStoreByCommand(json: boolean, { env, out, err }: Terminal): Promise<number> {
  const file = withEnvFile(env);
  const read = file.ok ? readSettings(file.env) : file;
  if (!read.ok) {
    err(`${read.message}\n`);
    return 1;
  }
  const { dataDir, store } = read.settings;
  if (store === undefined) {
    err("LOOPGATE_STORE names no database: set it to the one the store is to be moved to, and run this again.\n");
    return 1;
  }
  return interruptible(async (signal) => {
    const moved = await moveStore({
      dataDir: resolve(dataDir),
      store,
      signal,
      onTable: (table, rows) => err(`${table}: ${rows} ${rows === 1 ? "row" : "rows"}\n`),
    });
    out(
      json
        ? `${JSON.stringify(moved, null, 2)}\n`
        : `The store is moved. Start Loopgate now, with LOOPGATE_STORE set as it is. The SQLite file is kept as ${moved.keptAs}: delete it once all is well.\n`,
    );
    return 0;
  });
}
