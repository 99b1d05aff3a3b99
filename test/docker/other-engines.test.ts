// The container contract on other engines than Docker with runc: Podman, and gVisor under Docker. Each is seen from inside.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import { openEngine } from "../../src/container/docker/engine.ts";
import { findDockerd, startPrivateEngine } from "../../src/container/docker/private-engine.ts";
import type { ContainerFacts, Runtime } from "../../src/container/run.ts";
import { obeysTheContract } from "../container/contract.ts";
import { forgetting } from "../container/forgetting.ts";
import { type Ground, prepareGround } from "../container/ground.ts";
import { columnOf, documented } from "./engines-doc.ts";
import { ownRuntime, USER } from "./own-runtime.ts";
import { startPodman } from "./podman.ts";
import { findProgram } from "./programs.ts";

/** What every engine must have in force, as it was seen from inside a run. */
const baseline = {
  network: "none",
  readonlyRoot: true,
  capabilitiesAdded: [],
  privileged: false,
  init: true,
  user: `${USER.uid}:${USER.gid}`,
};

/** The facts of a run on this ground. */
async function factsOf(runtime: Runtime, ground: Ground, more: object = {}): Promise<ContainerFacts> {
  const running = await runtime.start(ground.request({ command: "true", ...more }));
  await running.done;
  return running.facts;
}

const podman = await startPodman();
describe.skipIf(!podman)("Podman", () => {
  const engine = podman as Engine;
  afterAll(() => engine.close());

  describe("keeps the contract", () => obeysTheContract((ground) => ownRuntime(engine, ground.folder)));

  describe("is seen from inside", () => {
    let ground: Ground;
    let runtime: Runtime;
    beforeEach(async () => {
      ground = await prepareGround();
      runtime = forgetting(ownRuntime(engine, ground.folder));
    });

    test("I12, T7: with every guard but a limit on the files in /tmp, which the thread is told", async () => {
      const facts = await factsOf(runtime, ground);
      expect(facts).toMatchObject({
        ...baseline,
        capabilitiesDropped: ["ALL"],
        noNewPrivileges: true,
        seccomp: "default",
      });
      expect(facts).toMatchObject({ memoryBytes: 2147483648, pids: 256, ulimits: { nofile: 4096, core: 0 } });
      expect([facts.missing, facts.unseen]).toEqual([["files in /tmp"], []]);
      expect(facts.engine).toMatch(/^Podman \d/);
      expect(documented("Podman, runc", columnOf(facts))).toEqual(columnOf(facts));
    });

    test("T7: with no other place to write than the run's own", async () => {
      const places = "/run /var/tmp /dev/shm /tmp /workspace /loop/out / /etc";
      const command = `for place in ${places}; do (: >$place/x) 2>/dev/null && echo $place; done; true`;
      const { log } = await (await runtime.start(ground.request({ command }))).done;
      expect(log.trim().split("\n")).toEqual(["/dev/shm", "/tmp", "/workspace", "/loop/out"]);
    });

    test("a runtime that it would not start is refused, for it takes none from a request", async () => {
      const { runtimes } = await engine.docker.info().then(({ Runtimes }) => ({ runtimes: Object.keys(Runtimes) }));
      expect(runtimes.length).toBeGreaterThan(1);
      const other = ground.request({ runtime: "runsc" });
      await expect(runtime.start(other)).rejects.toMatchObject({ kind: "refused" });
    });

    test("a name that is taken is a conflict, and the container that has it is left alone", async () => {
      const request = ground.request({ command: "sleep 60" });
      const running = await runtime.start(request);
      const another = forgetting(ownRuntime(engine, ground.folder));
      await expect(another.start(request)).rejects.toMatchObject({ kind: "conflict" });
      await running.stop("The test has seen it.");
    });

    test("F2, F12: what was prepared starts, and what runs is adopted", async () => {
      const instance = { instance: "podman-adoption" };
      const first = ownRuntime(engine, ground.folder, instance);
      const request = ground.request({ command: "until [ -e finish ]; do sleep 0.1; done; exit 5" });
      await first.prepare(request);
      const running = await first.start(request);
      const found = await ownRuntime(engine, ground.folder, instance).find(request.id);
      expect(found?.facts.containerId).toBe(running.facts.containerId);
      await running.stop("The test has seen it.");
      expect((await found?.done)?.status).not.toBe("finished");
    });
  });
});

const runsc = findProgram("runsc");
const dockerd = process.getuid?.() === 0 ? findDockerd(process.env) : null;
describe.skipIf(!runsc || !dockerd)("gVisor", () => {
  let engine: Engine;
  let close: () => Promise<void>;
  beforeAll(async () => {
    // The agent's loopback must be the relay's: gVisor's own network stack would give each container one of its own.
    const runtimes = { runsc: { path: runsc, runtimeArgs: ["--network=host", "--ignore-cgroups=false"] } };
    const started = await startPrivateEngine(dockerd ?? "", undefined, { runtimes });
    close = started.close;
    const env = { DOCKER_HOST: `unix://${started.socketPath}` };
    engine = (await openEngine({ env })) as Engine;
  });
  afterAll(() => close());

  /** A runtime on which every run is asked to be gVisor's. */
  const sandboxed = (folder: string): Runtime => {
    const runtime = forgetting(ownRuntime(engine, folder));
    return {
      ...runtime,
      prepare: (request) => runtime.prepare({ ...request, runtime: "runsc" }),
      start: (request, watch) => runtime.start({ ...request, runtime: "runsc" }, watch),
    };
  };

  describe("keeps the contract", () => obeysTheContract((ground) => sandboxed(ground.folder)));

  test("I12, T7: it is seen that another kernel serves the run, and what that one drops is in the facts", async () => {
    const ground = await prepareGround();
    const facts = await factsOf(sandboxed(ground.folder), ground);
    expect(facts).toMatchObject({ ...baseline, ociRuntime: "runsc" });
    const { KernelVersion } = await engine.docker.info();
    expect(facts.kernel).not.toBe(KernelVersion);
    expect(facts.seccomp).toBe("none");
    expect(facts.missing).toEqual(["system-call filter", "files in /tmp"]);
    expect(documented("Docker, gVisor", columnOf(facts))).toEqual(columnOf(facts));
  });

  test("T7: under runc the same missing filter would be refused, and is in force", async () => {
    const ground = await prepareGround();
    const facts = await factsOf(forgetting(ownRuntime(engine, ground.folder)), ground);
    expect(facts).toMatchObject({ ...baseline, seccomp: "loopgate", missing: [], unseen: [] });
    expect(documented("Docker, runc", columnOf(facts))).toEqual(columnOf(facts));
  });
});
