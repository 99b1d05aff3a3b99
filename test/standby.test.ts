// Several processes on one store: one leads, the others stand by, take deliveries in for it, and one of them goes on when it is gone.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { programs } from "../src/cli/bench-postgres.ts";
import type { Issue } from "../src/forge/model.ts";
import { type Child, openLog, startChild } from "./chaos/child.ts";
import { environmentFor, freePort, webhookSecret } from "./chaos/environment.ts";
import { endOrphans } from "./chaos/orphans.ts";
import { takeTurns } from "./chaos/people.ts";
import { startWorld } from "./chaos/world.ts";
import { sharedServer } from "./store/server.ts";
import { until } from "./until.ts";

interface Process extends Child {
  readonly webhooks: string;
  /** Of the operator's door. */
  readonly operator: string;
}

/** A forge with people, and a database for as many processes as are started on it. */
async function aStage() {
  const dir = await mkdtemp(join(tmpdir(), "standby-"));
  const dataDir = join(dir, "app");
  await mkdir(dataDir);
  const server = await sharedServer();
  const address = await server.database();
  const world = await startWorld(dir);
  const log = openLog(join(dir, "app.log"));
  const started: Child[] = [];
  onTestFinished(async () => {
    for (const child of started) {
      child.kill();
      await child.ended;
    }
    await endOrphans(dir);
    await world.forge.close();
    log.end();
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  });

  async function start(): Promise<Process> {
    const [port, operatorPort] = [await freePort(), await freePort()];
    const env = {
      ...environmentFor({ engine: null, world, dataDir, port }),
      LOOPGATE_STORE: address,
      LOOPGATE_OPERATOR_PORT: String(operatorPort),
    };
    const child = startChild(env, log);
    started.push(child);
    const webhooks = await child.serves;
    if (webhooks === null) throw new Error(`the App did not start; ${await child.ended}`);
    return Object.assign(child, { webhooks, operator: `http://127.0.0.1:${operatorPort}` });
  }

  return {
    world,
    server,
    address,
    start,
    deliverTo: ({ webhooks }: Process) => world.forge.setWebhook({ url: webhooks, secret: webhookSecret }),
    arrivals: async () => Number((await server.ask(address, "select count(*) as n from loopgate.arrival"))[0]?.n),
    holder: async () => String((await server.ask(address, "select holder from loopgate.opening"))[0]?.holder),
  };
}

const read = async (url: string) => {
  const answer = await fetch(url);
  return `${answer.status} ${await answer.text()}`;
};
const has = (issue: Issue, label: string) => issue.labels.some(({ name }) => name === label);

describe.skipIf(programs() === null)("of several processes on one store", () => {
  test("the one that stands by says so at both of its doors, and its figures say it too", async () => {
    const stage = await aStage();
    const leader = await stage.start();
    const standby = await stage.start();
    const said = `process ${leader.pid} on .* leads`;
    expect(await read(standby.webhooks.replace(/\/api.*/, "/healthz"))).toBe("200 ok\nstands by\n");
    expect(await read(`${standby.operator}/readyz`)).toMatch(new RegExp(`^200 ready\nstands by: ${said}\nstore ok\n$`));
    expect(await read(`${standby.operator}/`)).toMatch(new RegExp(`^503 This Loopgate stands by: ${said}`));
    expect(await read(`${standby.operator}/metrics`)).toMatch(/^loopgate_leads 0$/m);
    expect(await read(`${leader.operator}/metrics`)).toMatch(/^loopgate_leads 1$/m);
    expect(await read(`${leader.operator}/readyz`)).not.toMatch("stands by");
    await stage.server.ask(stage.address, "update loopgate.opening set version = version - 1");
    await until(async () => /^503 not ready\n/.test(await read(`${standby.operator}/readyz`))); // an answer holds for a second
  });

  test("one leads a loop of which another hears everything", async () => {
    const stage = await aStage();
    const leader = await stage.start();
    const standby = await stage.start();
    stage.deliverTo(standby);
    const issue = stage.world.startLoop();
    await until(() => {
      takeTurns(stage.world.forge, stage.world.repositories);
      return has(issue, "loop:done");
    });
    await until(async () => (await stage.arrivals()) === 0);
    expect(await stage.holder()).toContain(`process ${leader.pid} `);
  });

  test.each([
    ["killed", "SIGKILL", "SIGKILL"],
    ["asked to end", "SIGTERM", 0],
  ] as const)(
    "F2: when the one that leads is %s in the middle of a run, the next goes on within seconds, with what came meanwhile",
    async (_, signal, code) => {
      const stage = await aStage();
      const leader = await stage.start();
      const standby = await stage.start();
      stage.deliverTo(standby);
      const issue = stage.world.startLoop();
      await until(() => has(issue, "loop:running"));
      process.kill(leader.pid, signal);
      expect(await leader.ended).toBe(code);
      const ended = Date.now();
      const another = stage.world.startLoop();
      await until(async () => (await stage.holder()).includes(`process ${standby.pid} `));
      expect(Date.now() - ended).toBeLessThan(10_000);
      await until(() => {
        takeTurns(stage.world.forge, stage.world.repositories);
        return has(issue, "loop:done") && has(another, "loop:done");
      });
      expect(await stage.arrivals()).toBe(0);
      expect(await read(`${standby.operator}/readyz`)).toMatch(/^200 ready\nstore ok\ncontainers ok\n/);
      expect(await read(`${standby.operator}/metrics`)).toMatch(/^loopgate_leads 1$/m);
    },
  );
});
