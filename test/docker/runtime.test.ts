// The Docker runtime on a real engine: the contract, the baseline as inspected and as felt from inside, adoption and sweeping.
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type DockerRuntimeOptions, dockerRuntime } from "../../src/container/docker/docker.ts";
import type { Engine } from "../../src/container/docker/engine.ts";
import { readEngineInfo } from "../../src/container/docker/engine-info.ts";
import { listUsers } from "../../src/container/docker/sweep.ts";
import type { RunRequest, Runtime } from "../../src/container/run.ts";
import { usualUids } from "../../src/environment.ts";
import { obeysTheContract } from "../container/contract.ts";
import { forgetting } from "../container/forgetting.ts";
import { type Ground, prepareGround } from "../container/ground.ts";
import { describeWithDocker } from "./engine.ts";
import { makeImage, makeTellingImage } from "./images.ts";
import { ownRuntime, USER } from "./own-runtime.ts";

describeWithDocker("the Docker runtime", (engine: () => Engine) => {
  let ground: Ground;
  let instance: string;
  const open = (changes: Partial<DockerRuntimeOptions> = {}): Runtime =>
    forgetting(ownRuntime(engine(), ground.folder, { instance, ...changes }));
  const openPlain = (): Runtime => ownRuntime(engine(), ground.folder, { instance });
  const container = (id: string): Docker.Container => engine().docker.getContainer(`loopgate-${id}`);
  const count = async () => {
    const filters = { label: [`loopgate.instance=${instance}`] };
    return (await engine().docker.listContainers({ all: true, filters })).length;
  };
  beforeEach(async () => {
    ground = await prepareGround();
    instance = randomUUID();
  });

  describe("keeps the contract", () => {
    obeysTheContract((given) => {
      ground = given;
      return open();
    });
  });

  test("I12: the running container has the whole baseline, by inspection", async () => {
    const running = await open().start(ground.request({ command: "sleep 60" }));
    const { HostConfig, Config, NetworkSettings, Mounts } = await container(running.id).inspect();
    const relay = await container(`${running.id}-relay`).inspect();
    expect(HostConfig).toMatchObject({
      NetworkMode: `container:${relay.Id}`,
      CapDrop: ["ALL"],
      Privileged: false,
      ReadonlyRootfs: true,
      Init: true,
      IpcMode: "private",
      PidMode: "",
      UTSMode: "",
      UsernsMode: "",
      RestartPolicy: { Name: "no" },
      LogConfig: { Type: "none" },
      Memory: 2147483648,
      MemorySwap: 2147483648,
      PidsLimit: 256,
    });
    expect([HostConfig.PortBindings ?? {}, HostConfig.Devices ?? [], HostConfig.Binds ?? []]).toEqual([{}, [], []]);
    expect(HostConfig.SecurityOpt).toContain("no-new-privileges:true");
    expect(HostConfig.SecurityOpt?.join()).not.toContain("unconfined");
    expect([relay.HostConfig.NetworkMode, Object.keys(relay.NetworkSettings.Networks)]).toEqual(["none", ["none"]]);
    expect(NetworkSettings.Networks).toEqual({});
    expect(Config.User).toBe(`${USER.uid}:${USER.gid}`);
    expect(
      Mounts.filter(({ RW }) => RW)
        .map(({ Destination }) => Destination)
        .sort(),
    ).toEqual(["/loop/out", "/workspace"]);
    expect(running.facts).toMatchObject({
      runtime: "docker",
      isolated: true,
      network: "none",
      networks: ["none"],
      user: `${USER.uid}:${USER.gid}`,
      readonlyRoot: true,
      privileged: false,
      capabilitiesAdded: [],
      capabilitiesDropped: ["ALL"],
      noNewPrivileges: true,
      seccomp: "loopgate",
      memoryBytes: 2147483648,
      memorySwapBytes: 2147483648,
      pids: 256,
      ulimits: { nofile: 4096, fsize: 1073741824, core: 0 },
      init: true,
      ipc: "private",
      restart: "no",
      logDriver: "none",
      hostname: "loopgate",
    });
    expect(running.facts.image.id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(running.facts.relay).toMatchObject({
      network: "none",
      user: `${USER.uid}:${USER.gid}`,
      readonlyRoot: true,
      capabilitiesDropped: ["ALL"],
    });
    const gateway = running.facts.relay?.mounts.filter(({ target }) => target === "/gateway");
    expect(gateway).toEqual([{ source: join(ground.folder, "gateway"), target: "/gateway", writable: false }]);
  });

  test("T7: from inside, the kernel itself says so", async () => {
    const command =
      "grep -E '^(Cap...|NoNewPrivs|Seccomp):' /proc/self/status; id -u; cat /proc/net/dev | tail -n +3 | cut -d: -f1";
    const { log } = await (await open().start(ground.request({ command }))).done;
    const none = "0000000000000000";
    expect(
      log
        .replace(/[\t ]+/g, " ")
        .trim()
        .split("\n")
        .map((line) => line.trim()),
    ).toEqual([
      ...["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map((set) => `${set}: ${none}`),
      "NoNewPrivs: 1",
      "Seccomp: 2",
      String(USER.uid),
      "lo",
    ]);
  });

  test.each([
    ["the root file system", "touch /x; touch /etc/x; touch /opt/loopgate/x", 3],
    ["the host's programs", "touch /usr/bin/x", 1],
    ["its own brief", "echo x >> /loop/brief.md", 1],
    ["the shared object store", 'touch "$(cat .git/objects/info/alternates)/x"', 1],
  ])("T7: the agent cannot write to %s, whatever its permissions there", async (_, command, times) => {
    chmodSync(join(ground.folder, "loop/brief.md"), 0o666);
    chmodSync(join(ground.folder, "repo.git/objects"), 0o777);
    const outcome = await (await open().start(ground.request({ command }))).done;
    expect(outcome.status).toBe("failed");
    expect(outcome.log.match(/Read-only file system/g)).toHaveLength(times);
  });

  test.each([
    ["the gateway's folder, which only the relay sees", "/gateway"],
    ["the engine's socket", "/var/run/docker.sock"],
    ["the host's home folders", "/home /root"],
    ["devices", "/dev/sda /dev/vda /dev/kvm /dev/mem"],
  ])("T7: the agent does not see %s", async (_, paths) => {
    const command = `for path in ${paths}; do [ -e "$path" ] && echo "sees $path"; done; echo looked`;
    expect((await (await open().start(ground.request({ command }))).done).log).toBe("looked\n");
  });

  test("T6: the agent reaches its gateway on loopback and nothing else", async () => {
    const script = `
      const { connect } = require("node:net");
      const places = [["127.0.0.1", 8417], ["127.0.0.1", 22], ["1.1.1.1", 443], ["169.254.169.254", 80], ["172.17.0.1", 80]];
      (async () => {
        for (const [host, port] of places) {
          const end = await new Promise((resolve) => {
            const socket = connect({ host, port, timeout: 3000 }, () => resolve("open"));
            socket.on("error", (error) => resolve(error.code)).on("timeout", () => resolve("silent"));
          });
          console.log(host, port, end);
        }
        require("node:dns").lookup("github.com", (error) => { console.log("github.com", error.code); process.exit(); });
      })();`;
    const { log } = await (await open().start(ground.request({ command: ["node", "-e", script] }))).done;
    expect(log.trim().split("\n")).toEqual([
      "127.0.0.1 8417 open",
      "127.0.0.1 22 ECONNREFUSED",
      "1.1.1.1 443 ENETUNREACH",
      "169.254.169.254 80 ENETUNREACH",
      "172.17.0.1 80 ENETUNREACH",
      expect.stringMatching(/^github\.com (EAI_AGAIN|ENOTFOUND)$/),
    ]);
  });

  test("T20: a reviewer cannot write to its workspace, but can answer", async () => {
    const command = "touch x; git status --short && echo {} > /loop/out/result.json";
    const outcome = await (await open().start(ground.request({ role: "reviewer", command }))).done;
    expect(outcome).toMatchObject({ status: "finished" });
    expect(outcome.log).toContain("Read-only file system");
    expect(existsSync(join(ground.folder, "workspace/x"))).toBe(false);
    expect(existsSync(join(ground.folder, "loop/out/result.json"))).toBe(true);
  });

  test("a check without a gateway has no relay and no way out", async () => {
    const script = 'fetch("http://127.0.0.1:8417").catch((error) => console.log(error.cause.code))';
    const request = ground.request({ role: "check", gatewaySocket: null, command: ["node", "-e", script] });
    const { log, facts } = await (await open().start(request)).done;
    expect([log, facts.relay]).toEqual(["ECONNREFUSED\n", null]);
  });

  test("F51: an agent that takes too much memory is ended and the outcome says so", async () => {
    const command = ["node", "-e", "const kept = []; for (;;) kept.push(Buffer.alloc(8e6, 1));"];
    const limits = { memoryBytes: 96 * 1024 * 1024, deadlineMs: 30_000 };
    const outcome = await (await open().start(ground.request({ command, limits }))).done;
    expect(outcome).toMatchObject({
      status: "failed",
      oomKilled: true,
      note: "It ran out of memory; a run may use 96 MiB.",
    });
  });

  test("F51: an agent that runs out of processes fails, its log says so, and what it did is handed in", async () => {
    const command = "echo 4 > sum; for i in $(seq 200); do sleep 1 & done; wait";
    const limits = { pids: 20, deadlineMs: 30_000 };
    const outcome = await (await open().start(ground.request({ command, limits }))).done;
    expect(outcome).toMatchObject({ status: "failed" });
    expect(outcome.log).toMatch(/[Cc]annot fork|Resource temporarily unavailable/);
    expect(outcome.log).toContain("loopgate: the limit on processes was reached\n");
    expect(ground.git("show", "loop/12-k3f9:sum")).toBe("4");
  });

  test("F51: an agent that stays within its processes hears nothing of the limit", async () => {
    const { log } = await (await open().start(ground.request({ command: "sleep 0.1 & wait" }))).done;
    expect(log).toBe("");
  });

  test("F51: an agent that writes a file over the limit is ended, the outcome says so, and no more of it is there", async () => {
    const limits = { fileSizeBytes: 1_000_000 };
    const request = ground.request({ role: "check", command: "head -c 3000000 /dev/zero > big", limits });
    const outcome = await (await open().start(request)).done;
    expect(outcome).toMatchObject({
      status: "failed",
      note: expect.stringMatching(/^It was ended for a file over the size limit; a file may have /),
    });
    expect(statSync(join(ground.folder, "workspace/big")).size).toBe(1_000_000);
  });

  test.skipIf(process.getuid?.() !== 0)(
    "F51: an agent whose disk is full fails, its log says why, and it is not taken for lost",
    async () => {
      const small = join(ground.folder, "workspace/small");
      mkdirSync(small);
      const size = "size=1m,mode=0777";
      if (spawnSync("mount", ["-t", "tmpfs", "-o", size, "none", small]).status !== 0) throw new Error("cannot mount");
      onTestFinished(() => void spawnSync("umount", ["-l", small]));
      const command = "head -c 3000000 /dev/zero > small/big";
      const outcome = await (await open().start(ground.request({ role: "check", command }))).done;
      expect(outcome).toMatchObject({ status: "failed", exitCode: 1 });
      expect(outcome.log).toContain("No space left on device");
    },
  );

  test("F51: an agent that fills the disk it may use is ended, and the outcome says so", async () => {
    const limits = { workspaceBytes: 3_000_000 };
    const command = "head -c 6000000 /dev/urandom > flood; sleep 60";
    const outcome = await (await open().start(ground.request({ command, limits }))).done;
    expect(outcome).toMatchObject({ status: "failed", note: "It wrote more than 3000000 bytes to /workspace." });
    expect(await count()).toBe(0);
  });

  test("a prepared run's relay listens and nothing of its image has run, and start makes that very container run", async () => {
    const runtime = open();
    const request = ground.request({ command: "cat late; echo 4 > sum" });
    await runtime.prepare(request);
    const { Id, State } = await container(request.id).inspect();
    const relay = await container(`${request.id}-relay`).inspect();
    expect([State.Status, relay.State.Status]).toEqual(["created", "running"]);
    expect(await open().find(request.id)).toBeNull();
    writeFileSync(join(ground.folder, "workspace/late"), "written after\n");
    const running = await runtime.start(request);
    expect(running.facts.containerId).toBe(Id);
    expect(await running.done).toMatchObject({ status: "finished", log: "written after\n" });
    expect(ground.git("show", "loop/12-k3f9:sum")).toBe("4");
    expect(await count()).toBe(0);
  });

  test("what was prepared for another request is dropped, and what must not run is refused before it is created", async () => {
    const runtime = open();
    await runtime.prepare(ground.request({ command: "echo prepared" }));
    const { Id } = await container("12-k3f9-1-executor-1").inspect();
    const running = await runtime.start(ground.request({ command: "echo started" }));
    expect(running.facts.containerId).not.toBe(Id);
    expect((await running.done).log).toBe("started\n");
    const outside = open({ roots: [join(ground.folder, "workspace")] }).prepare(ground.request());
    await expect(outside).rejects.toMatchObject({ kind: "refused" });
    expect(await count()).toBe(0);
  });

  test("everything of a run is removed when it ends", async () => {
    const running = await open().start(ground.request());
    await running.done;
    expect(await count()).toBe(0);
  });

  test("F57: a run whose relay dies ends as lost", async () => {
    const running = await open().start(ground.request({ command: "sleep 60" }));
    await container(`${running.id}-relay`).kill();
    expect(await running.done).toMatchObject({
      status: "lost",
      note: "The relay to the gateway ended, and the run with it.",
    });
    expect(await count()).toBe(0);
  });

  test("T7: a run is started on the runtime of the engine that was asked for, and on no other", async () => {
    const { defaultRuntime, runtimes } = await readEngineInfo(engine().docker);
    const other = runtimes.find((name) => name !== defaultRuntime) ?? "";
    expect(other).not.toBe("");
    const running = await open().start(ground.request({ runtime: other }));
    expect(running.facts.ociRuntime).toBe(other);
    expect((await running.done).status).toBe("finished");
    await expect(open().start(ground.request({ runtime: "no-such-runtime" }))).rejects.toThrow("runtime_unknown");
  });

  test("a run that cannot start leaves nothing, and says why", async () => {
    const request = ground.request({ loopDir: join(ground.folder, "gateway") });
    await expect(open().start(request)).rejects.toMatchObject({ name: "Fault", retry: "later" });
    const absent = ground.request({ command: ["/no/such/program"] });
    expect(await (await open().start(absent)).done).toMatchObject({ status: "failed", exitCode: 127 });
    expect(await count()).toBe(0);
  });

  test("a brief that only its owner may read is readable inside", async () => {
    chmodSync(join(ground.folder, "loop/brief.md"), 0o600);
    const outcome = await (await open().start(ground.request({ command: "cat /loop/brief.md" }))).done;
    expect(outcome.log).toBe("Fix the addition.\n");
  });

  test("F54: a run whose container somebody removes is lost", async () => {
    const running = await open().start(ground.request({ command: "sleep 60" }));
    await container(running.id).remove({ force: true });
    expect((await running.done).status).toBe("lost");
    expect(await count()).toBe(0);
  });

  test("F12: a run outlives its App, and the next process adopts it by name and sees its end", async () => {
    const request = ground.request({ command: "until [ -e finish ]; do sleep 0.1; done; echo adopted; exit 5" });
    await abandon(request);
    const { Id } = await container(request.id).inspect();
    const running = await open().start(request);
    expect(running.facts.containerId).toBe(Id);
    writeFileSync(join(ground.folder, "workspace/finish"), "");
    const outcome = await running.done;
    expect(outcome).toMatchObject({
      status: "failed",
      exitCode: 5,
      readyMs: null,
      log: "adopted\n",
      logTruncated: true,
    });
    expect(await count()).toBe(0);
  });

  test("F12: an adopted run hands in over the gateway that listens anew", async () => {
    const request = ground.request({ command: "until [ -e finish ]; do sleep 0.1; done; echo 4 > sum" });
    await abandon(request);
    await ground.restartGateway();
    const running = await open().find(request.id);
    writeFileSync(join(ground.folder, "workspace/finish"), "");
    expect(await running?.done).toMatchObject({ status: "finished", exitCode: 0 });
    expect(ground.git("show", "loop/12-k3f9:sum")).toBe("4");
  });

  test.runIf(process.getuid?.() === 0)(
    "T8, F12: a run with a user of its own is made ahead, taken over with its user, and pushes to the gateway that listens anew",
    async () => {
      const elsewhere = await prepareGround();
      const roots = [ground.folder, elsewhere.folder];
      const [first, next] = [open({ roots, uids: usualUids }), open({ roots, uids: usualUids })];
      const request = ground.request({ command: "until [ -e finish ]; do sleep 0.1; done; id -u > sum" });
      await first.prepare(request);
      const { facts } = await first.start(request);
      const uid = Number(facts.user.split(":")[0]);
      expect(facts.ownUser).toBe(true);
      expect(uid).toBeGreaterThanOrEqual(usualUids.from);
      expect(facts.relay?.user).toBe(facts.user);
      const beside = await first.start(elsewhere.request({ id: "12-k3f9-1-executor-2" }));
      expect(beside.facts.user).not.toBe(facts.user);
      await beside.done;
      await first.close();
      await ground.restartGateway();
      const running = await next.find(request.id);
      expect(running?.facts).toMatchObject({ user: facts.user, ownUser: true });
      expect(await listUsers(engine().docker)).toContainEqual({ run: request.id, uid });
      writeFileSync(join(ground.folder, "workspace/finish"), "");
      expect(await running?.done).toMatchObject({ status: "finished", exitCode: 0 });
      expect(ground.git("show", "loop/12-k3f9:sum")).toBe(String(uid));
      expect(await listUsers(engine().docker)).toEqual([]);
    },
  );

  test("F3: a run that ended while nobody watched still gives its exit code, once", async () => {
    const request = ground.request({ command: "until [ -e finish ]; do sleep 0.1; done; exit 6" });
    await abandon(request);
    writeFileSync(join(ground.folder, "workspace/finish"), "");
    await container(request.id).wait();
    for (const life of [openPlain(), openPlain()]) {
      const found = await life.find(request.id);
      expect(found?.isOver()).toBe(true);
      expect(await found?.done).toMatchObject({ status: "failed", exitCode: 6, note: null });
    }
    await openPlain().forget(request.id);
    expect(await open().find(request.id)).toBeNull();
    expect(await count()).toBe(0);
  });

  test("F3: a run that ended in time is not late because nobody asked for longer than its deadline", async () => {
    const limits = { deadlineMs: 1_000, graceMs: 200 };
    const request = ground.request({ command: "exit 6", limits });
    await abandon(request);
    await container(request.id).wait();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await (await openPlain().find(request.id))?.done).toMatchObject({ status: "failed", exitCode: 6 });
  });

  test("F3: a run that was watched to its end stays until it is forgotten, and nothing of it runs", async () => {
    const request = ground.request({ command: "exit 6" });
    const runtime = openPlain();
    const running = await runtime.start(request);
    expect(running.isOver()).toBe(false);
    await running.done;
    expect(running.isOver()).toBe(true);
    expect(await count()).toBe(2);
    const { docker } = engine();
    const filters = { label: [`loopgate.instance=${instance}`] };
    expect(await docker.listContainers({ filters })).toEqual([]);
    expect(await (await openPlain().find(request.id))?.done).toMatchObject({ exitCode: 6 });
    await runtime.forget(request.id);
    await runtime.forget(request.id);
    expect(await count()).toBe(0);
  });

  test("what was prepared for a run that is never started goes when it is forgotten; another App's does not", async () => {
    const request = ground.request();
    const runtime = openPlain();
    await runtime.prepare(request);
    expect(await count()).toBe(2);
    await ownRuntime(engine(), ground.folder).forget(request.id);
    expect(await count()).toBe(2);
    await runtime.forget(request.id);
    expect(await count()).toBe(0);
    expect(await (await open().start(request)).done).toMatchObject({ status: "finished" });
  });

  test("an adopted run keeps its deadline, counted from its own start", async () => {
    await abandon(
      ground.request({
        command: "trap '' TERM; while :; do sleep 0.1; done",
        limits: { deadlineMs: 3_000, graceMs: 200 },
      }),
    );
    const running = await open().find("12-k3f9-1-executor-1");
    expect((await running?.done)?.status).toBe("timed_out");
  });

  test("an adopted run has run as long as its engine's clock says, whatever ours does (F14)", async () => {
    const limits = { deadlineMs: 60_000, graceMs: 200 };
    const request = ground.request({ command: "until [ -e finish ]; do sleep 0.1; done", limits });
    await abandon(request);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3 * 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    const running = await open().find(request.id);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    writeFileSync(join(ground.folder, "workspace/finish"), "");
    expect(await running?.done).toMatchObject({ status: "finished", exitCode: 0 });
  });

  test("F2, F50: a container that never got its go is started over", async () => {
    const request = ground.request({ command: "echo ran" });
    const { docker } = engine();
    const running = await open().start(ground.request({ command: "sleep 60" }));
    const { Image, Config } = await container(running.id).inspect();
    await running.stop("Only its image and labels are wanted.");
    const orphan = { Image, Labels: Config.Labels, Cmd: ["true"], HostConfig: { NetworkMode: "none" } };
    await docker.createContainer({ name: `loopgate-${request.id}`, ...orphan });
    expect(await open().find(request.id)).toBeNull();
    expect(await (await open().start(request)).done).toMatchObject({ status: "finished", log: "ran\n" });
  });

  test("F2, F50: a relay that was left without its agent is replaced, and its run starts", async () => {
    const request = ground.request({ command: "echo ran" });
    const { docker } = engine();
    const running = await open().start(ground.request({ command: "sleep 60" }));
    const { Image, Config } = await docker.getContainer(`loopgate-${running.id}-relay`).inspect();
    await running.stop("Only its image and labels are wanted.");
    const Labels = { ...Config.Labels, "loopgate.run": request.id };
    const orphan = { Image, Labels, Cmd: ["sleep", "60"], HostConfig: { NetworkMode: "none" } };
    await docker.createContainer({ name: `loopgate-${request.id}-relay`, ...orphan });
    expect(await (await open().start(request)).done).toMatchObject({ status: "finished", log: "ran\n" });
  });

  test("F56: a container of an older epoch is replaced, one of a newer epoch is left alone", async () => {
    // Whoever attends the old one must not forget it by its name when it goes: that is the new one's by then.
    const old = await openPlain().start(ground.request({ command: "sleep 60", epoch: 1 }));
    const present = await open().start(ground.request({ command: "sleep 60", epoch: 2 }));
    expect(present.facts.containerId).not.toBe(old.facts.containerId);
    await expect(open().start(ground.request({ epoch: 1 }))).rejects.toMatchObject({ kind: "conflict" });
    expect(await open().list()).toMatchObject([{ epoch: 2 }]);
    await present.stop("The test is over.");
  });

  test("a sweep leaves another App's containers on the same engine alone", async () => {
    const running = await open().start(ground.request({ command: "sleep 60" }));
    expect(await ownRuntime(engine(), ground.folder).sweep(() => false)).toEqual([]);
    expect(await open().list()).toMatchObject([{ id: running.id }]);
  });

  test("a folder outside the App's roots is refused, and a link to one as well", async () => {
    const refused = open({ roots: [join(ground.folder, "workspace")] }).start(ground.request());
    await expect(refused).rejects.toMatchObject({ kind: "refused", message: expect.stringContaining("mount_outside") });
    expect(await count()).toBe(0);
  });

  test("F55: an image that is not there is a fault that names it, and nothing is started", async () => {
    const image = { kind: "named", reference: "loopgate.test/absent:1" } as const;
    const missing = open().start(ground.request({ image }));
    await expect(missing).rejects.toMatchObject({ name: "Fault", kind: "not_found" });
    await expect(missing).rejects.toThrow("The image loopgate.test/absent:1 is not on this machine.");
    expect(await count()).toBe(0);
  });

  test("F55: an image whose digest is another than the one asked for is a fault, although its name is there", async () => {
    const { docker } = engine();
    const id = await makeTellingImage(docker, "loopgate.test/app:1", "one");
    onTestFinished(async () => void (await docker.getImage("loopgate.test/app:1").remove()));
    const named = { kind: "named", reference: "loopgate.test/app:1" } as const;
    const other = { kind: "named", reference: `loopgate.test/app@sha256:${"5".repeat(64)}` } as const;
    expect((await inspected(ground.request({ role: "check", image: named }))).Image).toBe(id);
    const mismatched = open().start(ground.request({ image: other }));
    await expect(mismatched).rejects.toMatchObject({ name: "Fault", kind: "not_found" });
    await expect(mismatched).rejects.toThrow(`The image ${other.reference} is not on this machine.`);
    expect(await count()).toBe(0);
  });

  test("an image in which nothing can begin is refused in a sentence, and nothing of it is left", async () => {
    const { docker } = engine();
    await makeImage(docker, "loopgate.test/empty:1", { programs: [] });
    onTestFinished(async () => void (await docker.getImage("loopgate.test/empty:1").remove()));
    const image = { kind: "named", reference: "loopgate.test/empty:1" } as const;
    const refused = open().start(ground.request({ image }));
    await expect(refused).rejects.toMatchObject({ name: "Fault", kind: "refused", retry: "never" });
    await expect(refused).rejects.toThrow("cannot run /bin/sh");
    expect(await count()).toBe(0);
  });

  test("F49: an engine that has gone away makes its fault, and nothing hangs", async () => {
    const { default: Client } = await import("dockerode");
    const docker = new Client({ socketPath: join(ground.folder, "nothing.sock") });
    const runtime = dockerRuntime({
      docker,
      user: USER,
      relay: { kind: "toolchain" },
      roots: [ground.folder],
      instance,
    });
    await expect(runtime.start(ground.request())).rejects.toMatchObject({ name: "Fault", retry: "later" });
    await expect(runtime.list()).rejects.toMatchObject({ name: "Fault" });
  });

  /** What the engine says of a run's container, which is then stopped. */
  async function inspected(request: RunRequest): Promise<Docker.ContainerInspectInfo> {
    const running = await open().start({ ...request, command: "sleep 60" });
    const info = await container(running.id).inspect();
    await running.stop("The test has seen it.");
    return info;
  }

  /** Starts the run in another process and kills that process, as an App that is lost without warning. */
  async function abandon(request: RunRequest): Promise<void> {
    const { socketPath } = engine().docker.modem as unknown as { readonly socketPath: string };
    const roots = [ground.folder];
    const program = new URL("./abandon.ts", import.meta.url).pathname;
    const child = spawn(
      process.execPath,
      [program, JSON.stringify({ socketPath, request, roots, instance, user: USER })],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});
