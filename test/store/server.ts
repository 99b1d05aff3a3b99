// A PostgreSQL server of a test file's own, with a database for each store.
import { type Postgres, startPostgres } from "../../src/cli/bench-postgres.ts";

let shared: Promise<Postgres> | null = null;

/** One for all tests of a file; it goes with their process. */
export function sharedServer(): Promise<Postgres> {
  shared ??= startPostgres().then((server) => {
    process.once("exit", server.abandon);
    return server;
  });
  return shared;
}
