// Three processes on one store: whoever leads is killed in each phase of a loop, stopped for longer than it may be, and robbed of its database.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { programs } from "../../src/cli/bench-postgres.ts";
import type { Phase } from "../../src/loop/state.ts";
import { sharedServer } from "../store/server.ts";
import { until } from "../until.ts";
import { lostCode } from "./app.ts";
import { type Child, openLog, startChild } from "./child.ts";
import { environmentFor, freePort, webhookSecret } from "./environment.ts";
import { recordHistory } from "./history.ts";
import { judge } from "./judge.ts";
import { endOrphans } from "./orphans.ts";
import { isOver, takeTurns } from "./people.ts";
import { startWorld } from "./world.ts";

/** What stands before the processes, as a balancer does: each connection goes to the next one that takes it. */
async function aBalancer(ports: readonly number[]): Promise<string> {
  let turn = 0;
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    return socket;
  };
  function pass(near: Socket, left: number): void {
    turn += 1;
    const far = keep(connect(ports[turn % ports.length] ?? 0, "127.0.0.1"));
    far.once("connect", () => {
      far.once("close", () => near.destroy());
      near.once("close", () => far.destroy());
      near.pipe(far).pipe(near);
    });
    far.once("error", () =>
      (far.connecting || left > 1) && near.bytesRead === 0 ? pass(near, left - 1) : near.destroy(),
    );
  }
  const server = createServer({ pauseOnConnect: true }, (near) => pass(keep(near), ports.length));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/api/github/webhooks`;
}

async function aCrowd() {
  const dir = await mkdtemp(join(tmpdir(), "several-"));
  const dataDir = join(dir, "app");
  await mkdir(dataDir);
  const server = await sharedServer();
  const address = await server.database();
  const world = await startWorld(dir);
  const recorder = recordHistory(world.forge);
  const log = openLog(join(dir, "app.log"));
  const ports = [await freePort(), await freePort(), await freePort()];
  world.forge.setWebhook({ url: await aBalancer(ports), secret: webhookSecret });
  const crashes: string[] = [];
  const ours = new Set<number>();
  const start = (port: number): Child => {
    const env = { ...environmentFor({ engine: null, world, dataDir, port }), LOOPGATE_STORE: address };
    const child = startChild(env, log);
    void child.ended.then((code) => {
      if (ours.has(child.pid)) return;
      if (code === lostCode) replace(child);
      else crashes.push(`process ${child.pid} ended by itself (${code})`);
    });
    return child;
  };
  const children = ports.map(start);
  const issues = Array.from({ length: 4 }, () => world.startLoop());
  const people = setInterval(() => takeTurns(world.forge, world.repositories), 250);
  const ask = (sql: string) => server.ask(address, sql);
  onTestFinished(async () => {
    clearInterval(people);
    await stop();
    await endOrphans(dir);
    await world.forge.close();
    log.end();
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Another process takes the place of one that ended, at its port. */
  function replace(ended: Child): void {
    const place = children.indexOf(ended);
    children[place] = start(ports[place] ?? 0);
  }

  async function stop(): Promise<void> {
    for (const child of children) {
      ours.add(child.pid);
      await child.stop();
    }
  }

  /** Whoever leads by the store's word; null while nobody does. */
  async function leader(): Promise<Child | null> {
    const [row] = await ask("select holder, closed from loopgate.opening").catch(() => []);
    return (
      children.find(({ pid }) => row?.closed === false && String(row.holder).startsWith(`process ${pid} `)) ?? null
    );
  }

  async function another(than: Child): Promise<void> {
    await until(async () => ![null, than].includes(await leader()));
  }

  return {
    server,
    issues,
    crashes,
    ours,
    ask,
    leader,
    another,
    startLoop: () => void issues.push(world.startLoop()),
    phases: async () =>
      (await ask("select state from loopgate.loop").catch(() => [])).map(
        ({ state }) => JSON.parse(String(state)).phase as Phase,
      ),
    replace,
    judge: () => judge({ dir, engine: null, world, recorder, stop }),
  };
}

const deaths: readonly Phase[] = ["preparing", "executing", "publishing", "verifying", "awaiting_gate", "resting"];

describe.skipIf(programs() === null)("three processes on one store", () => {
  test("F1, F2, F3, F4: kills of whoever leads in each phase lose nothing, double nothing and leave nothing behind", async () => {
    const crowd = await aCrowd();
    const { leader, issues } = crowd;
    for (const phase of deaths) {
      const found = Promise.withResolvers<Child>();
      await until(async () => {
        if (issues.every(isOver)) crowd.startLoop();
        const [leads, phases] = [await leader(), await crowd.phases()];
        if (leads === null || !phases.includes(phase)) return false;
        found.resolve(leads);
        return true;
      });
      const child = await found.promise;
      crowd.ours.add(child.pid);
      child.kill();
      await child.ended;
      await crowd.another(child);
      crowd.replace(child);
    }
    await until(() => issues.every(isOver));
    const judged = await crowd.judge();
    expect({ ...judged, crashes: crowd.crashes }).toEqual({ findings: [], leftovers: [], crashes: [] });
    expect(await crowd.ask("select * from loopgate.arrival")).toEqual([]);
  }, 900_000);

  test("F2, F4: one that comes back after its lease does nothing more, and a restart of the database costs nothing", async () => {
    const crowd = await aCrowd();
    const { leader, issues } = crowd;
    await until(async () => (await leader()) !== null && (await crowd.phases()).includes("executing"));
    const first = (await leader()) as Child;
    process.kill(first.pid, "SIGSTOP");
    await crowd.another(first);
    crowd.ours.add(first.pid);
    process.kill(first.pid, "SIGCONT");
    expect(await first.ended).toBe(lostCode);
    crowd.replace(first);
    await until(async () => (await crowd.phases()).includes("verifying") || issues.every(isOver));
    await crowd.server.stop("SIGQUIT");
    await delay(2_000);
    await crowd.server.start();
    crowd.startLoop();
    await until(() => issues.every(isOver));
    const judged = await crowd.judge();
    expect({ ...judged, crashes: crowd.crashes }).toEqual({ findings: [], leftovers: [], crashes: [] });
  }, 900_000);
});
