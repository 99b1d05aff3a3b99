// What processes that stand by store for whoever leads: in order, for good, and for a leader of the same version only.
import { describe, expect, onTestFinished, test } from "vitest";
import { programs } from "../../src/cli/bench-postgres.ts";
import type { Delivery, StorePort } from "../../src/engine/ports.ts";
import { postgresStore } from "../../src/store/postgres/postgres.ts";
import { type StandbyStore, standbyStore } from "../../src/store/postgres/standby.ts";
import { until } from "../until.ts";
import { ended, storeElsewhere } from "./elsewhere.ts";
import { sharedServer } from "./server.ts";

async function opened(address: string, heldMs = 30_000): Promise<StorePort> {
  const store = await postgresStore(address, { onLost: () => {}, heldMs });
  onTestFinished(() => store.close());
  return store;
}

function beside(address: string, heldMs?: number): StandbyStore {
  const store = standbyStore(address, heldMs === undefined ? {} : { heldMs });
  onTestFinished(() => store.close());
  return store;
}

const delivery = (n: number): Delivery => ({
  guid: `g${n}`,
  bodySha256: String(n).padStart(64, "0"),
  receivedAt: n,
  translated: { kind: "event", repositoryId: 1, route: { issue: n }, events: [{ type: "pull_ready" }] },
  origin: { installationId: 1, repositoryId: 1, thread: n },
});

const arrivalsOf = async ({ arrivals }: StorePort) => {
  if (arrivals === null) throw new Error("nobody can stand by");
  return arrivals;
};

describe.skipIf(programs() === null)("deliveries that a process stores that stands by", () => {
  test("are read in the order in which they came, as they were, until they are done with", async () => {
    const address = await (await sharedServer()).database();
    const arrivals = await arrivalsOf(await opened(address));
    const standby = beside(address);
    let told = 0;
    arrivals.onMore(() => (told += 1));
    expect(await arrivals.after(0)).toEqual([]);
    const odd = { ...delivery(300), guid: "a\u0000b\ud800" };
    const come = [odd, ...Array.from({ length: 299 }, (_, n) => delivery(n + 1))];
    await Promise.all(come.map((one) => standby.keep(one)));
    await until(() => told > 0);
    const first = await arrivals.after(0);
    expect(first).toHaveLength(256);
    const rest = await arrivals.after(first.at(-1)?.position ?? 0);
    expect([...first, ...rest].map((one) => one.delivery)).toEqual(come);
    await arrivals.done(first.slice(0, 255).map(({ position }) => position));
    expect((await arrivals.after(0)).map((one) => one.delivery.guid)).toEqual(come.slice(255).map(({ guid }) => guid));
  });

  test("one that another began to store earlier, and that is there only later, is not passed over", async () => {
    const server = await sharedServer();
    const address = await server.database();
    const arrivals = await arrivalsOf(await opened(address));
    const insert = "insert into loopgate.arrival overriding system value values";
    await server.ask(address, `${insert} (1, '{"guid":"early"}'), (3, '{"guid":"late"}')`);
    const read = await arrivals.after(0);
    await server.ask(address, `${insert} (2, '{"guid":"between"}')`);
    await arrivals.done(read.map(({ position }) => position));
    expect(await arrivals.after(0)).toEqual([{ position: 2, delivery: { guid: "between" } }]);
  });

  test("F18: one that was accepted, and is there still since its leader ended, counts for nothing to the next", async () => {
    const address = await (await sharedServer()).database();
    const first = await opened(address);
    const standby = beside(address);
    await standby.keep(delivery(1));
    const [one] = await (await arrivalsOf(first)).after(0);
    expect(await first.acceptDelivery(one?.delivery ?? delivery(2))).not.toBe(null);
    await first.close();
    const next = await opened(address);
    const [again] = await (await arrivalsOf(next)).after(0);
    expect(await next.acceptDelivery(again?.delivery ?? delivery(2))).toBe(null);
  });

  test("F2: a leader that was replaced removes none of them", async () => {
    const address = await (await sharedServer()).database();
    const first = await opened(address);
    const standby = beside(address);
    await standby.keep(delivery(1));
    const arrivals = await arrivalsOf(first);
    const [one] = await arrivals.after(0);
    const next = await opened(address, 0);
    await expect(arrivals.done([one?.position ?? 0])).rejects.toMatchObject({ kind: "conflict", retry: "never" });
    expect(await (await arrivalsOf(next)).after(0)).toHaveLength(1);
  });

  test("F15: none is stored in a store of another version, and one that cannot be read any more is said to be so", async () => {
    const server = await sharedServer();
    const address = await server.database();
    const store = await opened(address);
    const standby = beside(address);
    expect(await standby.look()).toMatchObject({ isGone: false, takesDeliveries: true });
    await server.ask(address, "update loopgate.opening set version = version - 1");
    await expect(standby.keep(delivery(1))).rejects.toThrow("only whoever leads takes deliveries");
    expect(await standby.look()).toMatchObject({ isGone: false, takesDeliveries: false });
    await server.ask(address, "update loopgate.opening set version = 99");
    await expect(standby.look()).rejects.toMatchObject({ kind: "invalid", retry: "never" });
    expect(await (await arrivalsOf(store)).after(0)).toEqual([]);
  });

  test("who leads is seen to be there, to be silent for too long, and to have let go", async () => {
    const server = await sharedServer();
    const address = await server.database();
    const store = await opened(address);
    const standby = beside(address, 2_000);
    expect(await standby.look()).toMatchObject({ isGone: false, holder: expect.stringContaining(`${process.pid}`) });
    // A server that has only just started gives whoever led time to come back.
    await server.ask(
      address,
      "select pg_sleep(greatest(0, 15.5 - extract(epoch from clock_timestamp() - pg_postmaster_start_time())))",
    );
    await server.ask(address, "update loopgate.opening set renewed_at = clock_timestamp() - interval '3 seconds'");
    expect(await standby.look()).toMatchObject({ isGone: true });
    await server.ask(address, "update loopgate.opening set renewed_at = clock_timestamp() + interval '1 hour'");
    expect(await standby.look()).toMatchObject({ isGone: false });
    await store.close();
    expect(await standby.look()).toMatchObject({ isGone: true });
  });

  test("F4: after a restart of the server whoever led has time to come back before it is taken for gone", async () => {
    const server = await sharedServer();
    const address = await server.database();
    const standby = beside(address);
    const first = storeElsewhere(address);
    expect(await first.said()).toBe("held 1");
    first.process.kill("SIGKILL");
    await ended(first);
    await until(async () => (await standby.look()).isGone);
    await server.stop("SIGINT");
    await server.start();
    await until(async () => {
      const { isGone } = await standby.look().catch(() => ({ isGone: null }));
      return isGone === false;
    });
    await until(async () => (await standby.look()).isGone);
  }, 60_000);
});
