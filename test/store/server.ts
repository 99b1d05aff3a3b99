// A PostgreSQL server of a test process's own, with a database for each store.
import { type Postgres, startPostgres } from "../../src/cli/bench-postgres.ts";

let shared: Promise<Postgres> | null = null;

/** One for all tests of a process; it goes with it. */
export function sharedServer(): Promise<Postgres> {
  shared ??= startPostgres();
  return shared;
}
