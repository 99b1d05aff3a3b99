// The store in PostgreSQL: the contract, who may hold it, and what only a server can suffer.
import { connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Postgres, programs, startPostgres } from "../../src/cli/bench-postgres.ts";
import type { StorePort } from "../../src/engine/ports.ts";
import { askPostgres } from "../../src/store/postgres/check.ts";
import { connectionTo } from "../../src/store/postgres/connection.ts";
import { postgresStore } from "../../src/store/postgres/postgres.ts";
import { aLoop } from "../loop/builder.ts";
import { until } from "../until.ts";
import { storeContract } from "./contract.ts";
import { type Elsewhere, ended, storeElsewhere } from "./elsewhere.ts";

let server: Postgres;

async function opened(address: string, heldMs?: number): Promise<StorePort> {
  const store = await postgresStore(address, { onLost: () => {}, ...(heldMs === undefined ? {} : { heldMs }) });
  onTestFinished(() => store.close());
  return store;
}

function elsewhere(address: string, heldMs?: number): Elsewhere {
  const one = storeElsewhere(address, heldMs === undefined ? {} : { heldMs });
  onTestFinished(() => void one.process.kill("SIGKILL"));
  return one;
}

const anEvent = `store.addEvent("1#1", { type: "pull_ready" }, 1_000)`;

describe.skipIf(programs() === null)("in PostgreSQL", () => {
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.remove());

  storeContract("PostgreSQL", async () => {
    const address = await server.database();
    return { open: () => postgresStore(address, { onLost: () => {} }), remove: async () => {} };
  });

  test("F10: a second process on the same store is refused, and told who has it", async () => {
    const address = await server.database();
    const store = await opened(address);
    expect(await elsewhere(address).said()).toMatch(
      new RegExp(`is held by another Loopgate \\(process ${process.pid} on .*, last heard \\d+ s ago\\)`),
    );
    await store.addEvent("1#1", { type: "pull_ready" }, 1);
  });

  test("F1: what a killed process had committed is there for the next, which need not wait for it", async () => {
    const address = await server.database();
    const first = elsewhere(address);
    expect(await first.said()).toBe("held 1");
    expect(await first.ask(anEvent)).toBe("done null");
    first.process.kill("SIGKILL");
    await ended(first);
    const store = await opened(address);
    expect(store.epoch).toBe(2);
    expect(await store.nextEvent("1#1")).toMatchObject({ event: { type: "pull_ready" } });
  });

  test("F2: a process that was stopped for longer than it may be is replaced, and does nothing once it goes on", async () => {
    const address = await server.database();
    const first = elsewhere(address);
    expect(await first.said()).toBe("held 1");
    first.process.kill("SIGSTOP");
    await new Promise((done) => setTimeout(done, 1_200));
    const store = await opened(address, 1_000);
    expect(store.epoch).toBe(2);
    first.process.kill("SIGCONT");
    expect(await first.ask(anEvent)).toMatch(/^lost: .*does not hold the store any more: process \d+ on .* took it/);
    expect(await first.said()).toMatch(/^failed: .*does not hold the store any more.*Nothing was written/);
    const everything = `Promise.allSettled([store.commit({ seq: 0, issueKey: "1#1", state: null, effects: [], drop: [], now: 1 }),
      store.effectStarted("k"), store.effectDone("k"), store.effectPostponed("k", 1, true), store.setAlarm("1#1", "rest", 1),
      store.clearAlarm("1#1", null), store.takeDueAlarms(1), store.setAllPaused(1, null, 2), store.putArtifact("t", { issueKey: "1#1", loop: "k", at: 1 }),
      store.trace({ issueKey: "1#1", loop: "k", at: 1, kind: "k", detail: {} }), store.setBack(1, 1), store.prune(1, 1),
      store.forgetLoop("1#1", "k"), store.addEvent("1#1", { type: "pull_ready" }, 1),
      store.acceptDelivery({ guid: "g", bodySha256: "0".repeat(64), receivedAt: 1, translated: { kind: "ignored", reason: "" }, origin: {} }),
    ]).then((all) => all.filter(({ reason }) => !reason?.message.includes("Nothing was written")).length)`;
    expect(await first.ask(everything)).toBe("done 0");
    expect(await store.busyIssues(9_999)).toEqual([]);
  });

  test("F2: a transaction that was under way when its process was stopped is ended by the server, and counts for nothing", async () => {
    const address = await server.database();
    const first = elsewhere(address);
    expect(await first.said()).toBe("held 1");
    const stops = `store.commit({ seq: 0, issueKey: "1#1", state: null, drop: [], now: 1,
      effects: [{ type: "write_status" }, { type: "write_status", toJSON() { process.kill(process.pid, "SIGSTOP"); return 1; } }] })`;
    void first.ask(stops);
    await until(async () => (await server.ask(address, idleInTransaction)).length > 0);
    const store = await opened(address, 1_000).catch(() => opened(address, 1));
    expect(store.epoch).toBe(2);
    expect(await store.pendingEffects("1#1")).toEqual([]);
  });

  test("F4: a server that is gone is a fault, nothing is lost, and once it is back the store goes on", async () => {
    const address = await server.database();
    const store = await opened(address);
    await store.addEvent("1#1", { type: "pull_ready" }, 1, "before");
    await server.stop("SIGQUIT");
    await expect(store.addEvent("1#1", { type: "pull_ready" }, 2, "during")).rejects.toMatchObject({
      kind: "engine",
      retry: "later",
    });
    await expect(store.nextEvent("1#1")).rejects.toMatchObject({ kind: "engine", retry: "later" });
    await server.start();
    await store.addEvent("1#1", { type: "pull_ready" }, 3, "after");
    expect(await store.nextEvent("1#1")).toMatchObject({ at: 1 });
    expect(await store.busyIssues(9)).toEqual(["1#1"]);
  });

  test("F4: a holder whose earlier connection lingers at the server takes its lock as soon as that is gone, so that nobody takes the store from it", async () => {
    const address = await server.database();
    await opened(address);
    const [{ pid, lock, epoch } = expect.fail("the store is held")] = await server.ask(
      address,
      `select pid, classid::bigint::int as lock, objid::int as epoch from pg_locks join pg_stat_activity using (pid)
         where locktype = 'advisory' and objsubid = 2 and application_name = 'loopgate holds the store'
         and database = (select oid from pg_database where datname = current_database())`,
    );
    const lingering = connectionTo(address, { called: "lingering" });
    const taken = lingering.use((client) => client.query("select pg_advisory_lock($1, $2)", [lock, epoch]));
    await until(async () => (await server.ask(address, "select 1 from pg_locks where not granted")).length > 0);
    await server.ask(address, `select pg_terminate_backend(${pid})`);
    await taken;
    const isHeld = async (by: string) =>
      (
        await server.ask(
          address,
          `select 1 from pg_locks join pg_stat_activity using (pid) where granted and locktype = 'advisory' and objsubid = 2
             and objid = ${epoch} and application_name = '${by}'`,
        )
      ).length > 0;
    const again = `select 1 from pg_stat_activity where application_name = 'loopgate holds the store' and datname = current_database()`;
    await until(async () => (await server.ask(address, again)).length > 0);
    expect([await isHeld("lingering"), await isHeld("loopgate holds the store")]).toEqual([true, false]);
    await lingering.close();
    await until(() => isHeld("loopgate holds the store"));
    expect(await elsewhere(address).said()).toMatch(/is held by another Loopgate/);
  }, 60_000);

  test("F4: a transaction that the server would not begin is not in the way of the next", async () => {
    const address = await server.database();
    const store = await opened(address);
    await server.ask(address, "alter table loopgate.opening rename to away");
    await expect(store.addEvent("1#1", { type: "pull_ready" }, 1)).rejects.toThrow('"opening" does not exist');
    await server.ask(address, "alter table loopgate.away rename to opening");
    await store.addEvent("1#1", { type: "pull_ready" }, 2);
    expect(await store.nextEvent("1#1")).toMatchObject({ at: 2 });
  });

  test("F4: a server that falls silent is given up, and a connection to it closed without its word", async () => {
    const between = await aProxy(await server.database());
    const connection = connectionTo(between.address, { called: "test", waitMs: 300 });
    const ask = () => connection.use((client) => client.query("select 1"));
    await ask();
    between.silence(true);
    await expect(ask()).rejects.toThrow("timeout");
    const before = between.connections();
    const asked = await Promise.allSettled([ask(), ask(), ask()]);
    expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(between.connections() - before).toBe(1);
    between.silence(false);
    await ask();
    between.silence(true);
    await connection.close();
  }, 20_000);

  test("I2: where the answer to a commit is lost, the server is asked whether it counted", async () => {
    const address = await server.database();
    const between = await aProxy(address);
    const store = await opened(between.address);
    await store.addEvent("1#1", { type: "pull_ready" }, 1, "first");
    between.loseAnswerTo("commit\0");
    await store.addEvent("1#1", { type: "pull_ready" }, 2, "second");
    expect(between.lost()).toBe(1);
    const delivery = {
      guid: "g1",
      bodySha256: "1".repeat(64),
      receivedAt: 1,
      translated: { kind: "event", repositoryId: 1, route: { issue: 1 }, events: [{ type: "pull_ready" }] },
      origin: { installationId: 1, repositoryId: 1, thread: 1 },
    } as const;
    between.loseAnswerTo("commit\0");
    expect(await store.acceptDelivery(delivery)).toEqual(["1#1"]);
    expect(await store.acceptDelivery({ ...delivery, guid: "g2" })).toBe(null);
    expect(await server.ask(address, "select count(*)::int as n from loopgate.event")).toEqual([{ n: 3 }]);
  });

  test("F15: a store of another version is refused and left as it is", async () => {
    const address = await server.database();
    await (await postgresStore(address, { onLost: () => {} })).close();
    await server.ask(address, "update loopgate.opening set version = 99");
    await expect(postgresStore(address, { onLost: () => {} })).rejects.toThrow(
      "has version 99; this Loopgate reads version 6",
    );
    expect(await server.ask(address, "select epoch from loopgate.opening")).toEqual([{ epoch: 1 }]);
  });

  test("F15: a store of the first version is brought up to date, with what is in it", async () => {
    const address = await server.database();
    await (await postgresStore(address, { onLost: () => {} })).close();
    const earlier =
      "drop table loopgate.run_cost, loopgate.kept, loopgate.schedule, loopgate.arrival; alter table loopgate.all_paused drop column comment; update loopgate.opening set version = 1";
    await server.ask(address, `${earlier}; insert into loopgate.all_paused values (100, 'carol', 5)`);
    const store = await opened(address);
    expect(await store.setAllPaused(100, { by: "dave", since: 9 }, 7)).toBe(true);
    expect(await store.allPaused(100)).toEqual({ by: "carol", since: 5 });
    const repository = { installationId: 1, repositoryId: 100, owner: "acme", name: "shop" };
    await store.setSchedules(100, { repository, standing: {} });
    expect(await store.schedules(100)).toEqual({ repository, standing: {} });
    await store.keep("webhooks read", "5");
    expect(await store.kept("webhooks read")).toBe("5");
    expect(await store.arrivals?.after(0)).toEqual([]);
    expect(await server.ask(address, "select version from loopgate.opening")).toEqual([{ version: 6 }]);
  });

  test("two processes that find no tables make them once, and one of them holds the store", async () => {
    const address = await server.database();
    const said = await Promise.all(
      [elsewhere(address), elsewhere(address), elsewhere(address)].map((one) => one.said()),
    );
    expect(said.filter((line) => line === "held 1")).toHaveLength(1);
    expect(said.filter((line) => line.includes("is held by another Loopgate"))).toHaveLength(2);
  });

  test("many at once: each decision counts once, and keys come in the order of their bytes", async () => {
    const store = await opened(await server.database());
    const keys = ["1#1", "1#10", "10#1", "2#1", "Z#1", "a#1"];
    await Promise.all(keys.map((key) => store.addEvent(key, { type: "pull_ready" }, 1)));
    const events = await Promise.all(keys.map((key) => store.nextEvent(key)));
    await Promise.all(
      keys.map((issueKey, n) =>
        store.commit({
          seq: events[n]?.seq ?? 0,
          issueKey,
          state: aLoop({ id: `k${n}` }),
          effects: [],
          drop: [],
          now: 1,
        }),
      ),
    );
    expect((await store.loops("all")).map(({ issueKey }) => issueKey)).toEqual(keys);
    expect(await store.busyIssues(1)).toEqual([]);
  });

  test("what is kept is told apart from the room around it", async () => {
    const store = await opened(await server.database());
    const before = await store.size();
    const text = Array.from({ length: 50_000 }, (_, n) => n).join(" ");
    for (let n = 0; n < 20; n++) await store.putArtifact(`${n} ${text}`, { issueKey: "1#1", loop: "k", at: 1 });
    const kept = ({ bytes, freeBytes }: { bytes: number; freeBytes: number }) => bytes - freeBytes;
    const full = await store.size();
    expect(kept(full) - kept(before)).toBeGreaterThan(500_000);
    await store.prune(400 * 24 * 3_600_000, 2);
    expect(kept(await store.size())).toBe(kept(before));
  });

  test("a server is looked at before the start: one that is not there, and one that may lose what it was given", async () => {
    const address = await server.database();
    expect(await askPostgres(address)).toEqual([]);
    const nowhere = await askPostgres("postgres://loop:verysecret@127.0.0.1:9/none");
    expect(nowhere.map(({ text }) => text).join()).toContain(
      "Could not open the store, PostgreSQL at 127.0.0.1:9/none",
    );
    expect(JSON.stringify(nowhere)).not.toContain("verysecret");
    await server.ask(address, "create role guest login");
    const guest = await askPostgres(address.replace("loopgate@", "guest@"));
    expect(guest).toEqual([{ name: "store-closed", text: expect.stringContaining("guest may not make a schema") }]);
    await server.ask(address, "alter system set fsync = off");
    await server.ask(address, "select pg_reload_conf()");
    await until(async () => (await askPostgres(address))[0]?.name === "store-unsafe");
    await server.ask(address, "alter system reset fsync");
    await server.ask(address, "select pg_reload_conf()");
  });
});

const idleInTransaction = `select 1 from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`;

/** Stands between store and server: breaks the connection in place of passing on the answer to a word, or passes on nothing. */
async function aProxy(address: string) {
  const { port, hostname } = new URL(address);
  let word: string | null = null;
  let lost = 0;
  let isSilent = false;
  let connections = 0;
  const open = new Set<Socket>();
  const proxy = createServer({ allowHalfOpen: true }, (near) => {
    connections += 1;
    const far = connect(Number(port), hostname);
    let isLost = false;
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => open.delete(socket));
    }
    near.on("data", (chunk) => {
      if (isSilent) return;
      if (word !== null && chunk.includes(word)) {
        word = null;
        isLost = true;
      }
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      if (!isLost) return void near.write(chunk);
      lost += 1;
      near.destroy();
      far.destroy();
    });
    near.on("end", () => isSilent || far.end());
    far.on("end", () => isSilent || near.end());
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    proxy.close();
  });
  const url = new URL(address);
  url.port = String((proxy.address() as { port: number }).port);
  return {
    address: url.href,
    lost: () => lost,
    connections: () => connections,
    silence: (is: boolean) => {
      isSilent = is;
    },
    loseAnswerTo: (asked: string) => {
      word = asked;
    },
  };
}
