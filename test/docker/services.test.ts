// Services beside a run on a real engine: they answer on 127.0.0.1 and nowhere else, behind the agent's wall, and go with the run.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { GATEWAY_PORT, type RunRequest, type Service, ServiceFault } from "../../src/container/run.ts";
import { prepareGround } from "../container/ground.ts";
import { aService } from "../container/requests.ts";
import { approving, aStory, brokenShop, mend } from "../story/world.ts";
import { describeWithDocker } from "./engine.ts";
import { makeImage } from "./images.ts";
import { ownRuntime } from "./own-runtime.ts";

/** A shell's question whether a port takes connections. */
const listens = (port: number) =>
  `node -e 'require("net").connect(${port}, "127.0.0.1").on("connect", () => process.exit(0))'`;

/** Tells whoever connects what its program can do where it runs. */
const tells = (port: number) => `
const { connect, createServer } = require("node:net");
const { mkdirSync, readFileSync, rmdirSync } = require("node:fs");
const { networkInterfaces } = require("node:os");
const status = readFileSync("/proc/self/status", "utf8");
const of = (name) => status.match(new RegExp(name + ":\\\\s*(\\\\S+)"))[1];
const writes = (path) => { try { mkdirSync(path + "/probe"); rmdirSync(path + "/probe"); return true; } catch { return false; } };
const reaches = (host) => new Promise((resolve) => connect({ host, port: 53, timeout: 500 }).on("connect", () => resolve("in"))
  .on("timeout", () => resolve("way")).on("error", ({ code }) => resolve(code)));
createServer(async (socket) => socket.on("error", () => {}).end(JSON.stringify({
  interfaces: Object.keys(networkInterfaces()), outside: await reaches("192.0.2.1"), capabilities: BigInt("0x" + of("CapBnd")) > 0n,
  noNewPrivileges: of("NoNewPrivs"), seccomp: of("Seccomp"), root: process.getuid() === 0, writesEtc: writes("/etc"), writesTmp: writes("/tmp"),
  said: process.env.POSTGRES_PASSWORD,
}))).listen(${port}, "127.0.0.1", () => console.log("listening"));`;

const hear = (port: number) =>
  `node -e 'require("net").connect(${port}, "127.0.0.1").on("error", () => console.log("nobody")).pipe(process.stdout)'`;

describeWithDocker("services beside a run", (engine) => {
  async function aPlace() {
    const ground = await prepareGround();
    const instance = randomUUID();
    const open = () => ownRuntime(engine(), ground.folder, { instance });
    const left = async () => {
      const filters = { label: [`loopgate.instance=${instance}`] };
      return (await engine().docker.listContainers({ all: true, filters })).map(
        ({ Labels }) => Labels["loopgate.part"],
      );
    };
    const request = (services: readonly Service[], changes: Partial<Omit<RunRequest, "limits">> = {}) =>
      ground.request({ role: "check", gatewaySocket: null, services, ...changes });
    return { open, left, request, gatewaySocket: ground.request().gatewaySocket };
  }

  test("T1: answer on 127.0.0.1 in the run and nowhere else, can reach nothing, and are gone with it; the same program outside can do all of it", async () => {
    const { open, left, request } = await aPlace();
    const runtime = open();
    const teller = aService("teller", {
      command: ["node", "-e", tells(7001)],
      ready: listens(7001),
      env: { POSTGRES_PASSWORD: "test" },
    });
    const second = aService("second", { command: ["sh", "-c", `${listens(7001)} && exec sleep 600`], ready: "true" });
    const command = `${hear(7001)}; tail -n +3 /proc/net/dev | cut -d: -f1`;
    const running = await runtime.start(request([teller, second], { command: `sleep 1; ${command}` }));
    const fromHere = await new Promise((resolve) =>
      connect(7001, "127.0.0.1")
        .on("connect", () => resolve("in"))
        .on("error", () => resolve("shut")),
    );
    expect(fromHere).toBe("shut");
    const outcome = await running.done;
    const [said, ...interfaces] = outcome.log.trim().split(/(?<=\})/);
    expect(interfaces.join("").trim()).toBe("lo");
    expect(JSON.parse(said ?? "")).toEqual({
      interfaces: ["lo"],
      outside: "ENETUNREACH",
      capabilities: false,
      noNewPrivileges: "1",
      seccomp: "2",
      root: false,
      writesEtc: false,
      writesTmp: true,
      said: "test",
    });
    expect(outcome.services).toBeUndefined();
    const before = await engine().docker.listContainers({ filters: { label: ["loopgate.part=service"] } });
    expect(before).toEqual([]); // killed with the agent, before anybody forgets the run
    await runtime.forget(running.id);
    expect(await left()).toEqual([]);

    const outside = execFileSync(
      "sh",
      ["-c", `node -e '${tells(7002).replaceAll("'", `"`)}' & p=$!; sleep 0.5; ${hear(7002)}; kill $p`],
      {
        encoding: "utf8",
        env: { ...process.env, POSTGRES_PASSWORD: "test" },
      },
    );
    expect(JSON.parse(outside.slice(outside.indexOf("{")))).toMatchObject({
      noNewPrivileges: "0",
      seccomp: "0",
      capabilities: true,
      writesEtc: process.getuid?.() === 0,
    });
  });

  test("one that ends, hangs, or listens on the door's port keeps the agent from starting, and is told with its last lines", async () => {
    const { open, left, request, gatewaySocket } = await aPlace();
    const runtime = open();
    const failing = async (service: Service, changes: Partial<Omit<RunRequest, "limits">> = {}) => {
      const error = await runtime.start(request([service], changes)).then(
        () => null,
        (caught) => caught,
      );
      expect(error).toBeInstanceOf(ServiceFault);
      expect(await left()).toEqual([]);
      return [error.message, error.log.trim().split("\n").at(-1)];
    };
    expect(await failing(aService("db", { command: ["sh", "-c", "echo no data; exit 3"], ready: "false" }))).toEqual([
      "The service db did not get ready: it ended with exit code 3.",
      "no data",
    ]);
    expect(
      await failing(
        aService("db", { command: ["sh", "-c", "echo busy; sleep 600"], ready: "sleep 600", readyMs: 1500 }),
      ),
    ).toEqual(["The service db was not ready within 2 s: `sleep 600` did not succeed in it.", "busy"]);
    expect((await failing(aService("db", { command: ["no-such-program"] })))[0]).toContain(
      "The service db did not get ready: it ended with exit code 127.",
    );
    const listening = (port: number) =>
      aService("thief", {
        command: [
          "node",
          "-e",
          `require("net").createServer().listen(${port}, "127.0.0.1", () => console.log("listening"))`,
        ],
        ready: `sleep 0.5; ${listens(port)}`, // the door answers there at once
      });
    const onDoor = await failing(listening(GATEWAY_PORT), { gatewaySocket });
    expect(onDoor[0]).toBe("The service thief did not get ready: it ended with exit code 1.");
    const beside = await runtime.start(request([listening(GATEWAY_PORT + 1)], { gatewaySocket }));
    expect((await beside.done).status).toBe("finished");
  });

  test("one that ends in the middle is told of, and the agent goes on", async () => {
    const { open, request } = await aPlace();
    const service = aService("db", { command: ["sh", "-c", "sleep 1; echo gave up; exit 4"], ready: "true" });
    const { status, log, services } = await (await open().start(request([service], { command: "sleep 2; echo done" })))
      .done;
    expect([status, log.trim()]).toEqual(["finished", "done"]);
    expect(services).toEqual([{ name: "db", exitCode: 4, oomKilled: false, log: "gave up\n" }]);
  });

  test("F12: outlive their App with the run: the next process adopts them, and a sweep leaves none", async () => {
    const { open, left, request } = await aPlace();
    const first = open();
    const service = aService("db", { command: ["sleep", "600"], ready: "true" });
    await first.start(request([service], { command: "sleep 3; exit 5" }));
    await first.close();
    const second = open();
    const adopted = await second.find(request([]).id);
    expect(await adopted?.done).toMatchObject({ exitCode: 5 });
    expect((await left()).toSorted()).toEqual(["agent", "relay", "service"]);
    const running = await engine().docker.listContainers({ filters: { label: ["loopgate.part=service"] } });
    expect(running).toEqual([]);
    await second.sweep(() => false);
    expect(await left()).toEqual([]);
  });

  test("T9: what an image declares as a volume is memory that goes with the service, and its exposed port says when it is ready", async () => {
    const { open, request } = await aPlace();
    const { docker } = engine();
    const daemon = join(execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(), "git-daemon");
    await makeImage(docker, "loopgate-test-service:1", {
      programs: ["/bin/sh", daemon, "/bin/cat", "/bin/sleep"],
      volumes: ["/data"],
      changes: [
        "EXPOSE 7003",
        `ENTRYPOINT ["/bin/sh", "-c"]`,
        `CMD ["echo kept >/data/x; sleep 1; cat /proc/mounts; exec ${daemon} --listen=127.0.0.1 --port=7003 --base-path=/data"]`,
      ],
    });
    onTestFinished(async () => void (await docker.getImage("loopgate-test-service:1").remove({ force: true })));
    const volumes = async () => ((await docker.listVolumes()).Volumes ?? []).length;
    const before = await volumes();
    const service = aService("files", { image: { kind: "named", reference: "loopgate-test-service:1" } });
    const began = performance.now();
    const running = await open().start(request([service], { command: `${listens(7003)} && echo there` }));
    expect(performance.now() - began).toBeGreaterThan(1000);
    expect(await volumes()).toBe(before);
    expect((await running.done).log.trim()).toBe("there");
    const asRun = open().start(request([], { id: "as-a-run", image: service.image }));
    await expect(asRun).rejects.toMatchObject({ kind: "refused" });
  });

  test.runIf(existsSync("/usr/lib/postgresql/15/bin/postgres"))(
    "a real PostgreSQL takes queries of the run",
    async () => {
      const { open, request } = await aPlace();
      const bin = "/usr/lib/postgresql/15/bin";
      const service = aService("postgres", {
        command: [
          "sh",
          "-c",
          `${bin}/initdb -D /data/db -A trust -U postgres >/dev/null && exec ${bin}/postgres -D /data/db -k /tmp -c listen_addresses=127.0.0.1`,
        ],
        ready: `${bin}/pg_isready -h 127.0.0.1`,
        tmpfs: ["/data"],
        memoryBytes: 512 * 1024 * 1024,
      });
      const command = `${bin}/psql -h 127.0.0.1 -U postgres -Atc "create table t (n int); insert into t values (41); update t set n = n + 1; select n from t"`;
      const { log, services } = await (await open().start(request([service], { command }))).done;
      expect(log.trim().split("\n").at(-1)).toBe("42");
      expect(services).toBeUndefined();
    },
  );

  test("stand beside agent, reviewer and own checks of a loop, and not beside its set-up; the thread and the brief say so, and which were lost", async () => {
    const answers = 'createServer((socket) => socket.on("error", () => {}).end("pong")).listen(7005, "127.0.0.1")';
    const db = {
      image: "any",
      command: ["node", "-e", `const { createServer } = require("net"); ${answers}`],
      ready: listens(7005),
    };
    const short = { image: "any", command: ["sh", "-c", "sleep 1; echo gave up; exit 4"], ready: "true" };
    const asked = `${listens(7005)} || exit 9`;
    const story = await aStory({
      files: { ...brokenShop, ".gitignore": "deps\n" },
      policy: JSON.stringify({
        environment: { services: { db, short }, setup: [`mkdir deps; ${listens(7005)} && echo there >deps/db; true`] },
        checks: { run: [{ name: "with the database", command: asked }] },
      }),
      executor: `${asked}; grep -q "answer on 127.0.0.1, each at its usual port: db, short." "$LOOP_DIR/brief.md" || exit 8; test ! -e deps/db || exit 7; sleep 2; ${mend}`,
      reviewer: `${asked}; ${approving}`,
      runtime: (_real, dir) => ownRuntime(engine(), dir),
    });
    const issue = await story.startLoop();
    const { phase, attempts } = await story.state(issue);
    expect([phase, attempts.length]).toEqual(["awaiting_gate", 1]);
    expect(attempts[0]?.checks?.map(({ head }) => head?.state)).toEqual(["green"]);
    expect(story.comments(issue)[0]).toContain(", services: `db`, `short`, set-up ");
    expect(story.comments(issue).join("\n")).toContain("**lost** `the service short (exit code 4): gave up`");
  });

  test("one that fails ends the attempt before the agent is started, with its name and its last lines", async () => {
    const db = { image: "any", command: ["sh", "-c", "echo no data; exit 3"], ready: "false" };
    const story = await aStory({
      policy: JSON.stringify({ environment: { services: { db } } }),
      runtime: (_real, dir) => ownRuntime(engine(), dir),
    });
    const issue = await story.startLoop();
    const { ending, attempts } = await story.state(issue);
    expect(ending).toMatchObject({ reason: "external_dependency_blocked", of: "set_up_failed" });
    expect(attempts[0]).toMatchObject({ counted: false, change: null });
    const said = story.comments(issue).join("\n");
    expect(said).toContain(
      "no agent was started and nothing was paid. The service db did not get ready: it ended with exit code 3.",
    );
    expect(said).toContain("loopgate: the service db said\nno data\n");
    expect(said).toContain("correct `environment.services` in `.github/loop.yml`");
  });
});
