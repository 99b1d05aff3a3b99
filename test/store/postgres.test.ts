// The store in PostgreSQL: the contract, who may hold it, and what only a server can suffer.
import { afterAll, beforeAll, describe } from "vitest";
import { postgresStore } from "../../src/store/postgres/postgres.ts";
import { storeContract } from "./contract.ts";
import { programs, type Server, startServer } from "./server.ts";

let server: Server;

describe.skipIf(programs() === null)("in PostgreSQL", () => {
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.remove());

  storeContract("PostgreSQL", async () => {
    const address = await server.database();
    return { open: () => postgresStore(address, { onLost: () => {} }), remove: async () => {} };
  });
});
