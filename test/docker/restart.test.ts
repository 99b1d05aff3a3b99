// An engine that dies in the middle of a run and comes back: a private dockerd, killed and started again as it was.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Docker from "dockerode";
import { expect, onTestFinished, test, vi } from "vitest";
import { dockerRuntime } from "../../src/container/docker/docker.ts";
import { findDockerd, startPrivateEngine } from "../../src/container/docker/private-engine.ts";
import { chooseRunUser } from "../../src/container/docker/user.ts";
import { forgetting } from "../container/forgetting.ts";
import { prepareGround } from "../container/ground.ts";

const dockerd = process.getuid?.() === 0 ? findDockerd(process.env) : null;
if (!dockerd) console.warn("SKIPPED: killing an engine of our own needs dockerd and root.");

/** An engine that can be killed, and started again with the same arguments on the same folder. */
async function aMortalEngine() {
  const tempDir = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  const engine = await startPrivateEngine(dockerd ?? "", tempDir);
  const folder = dirname(engine.socketPath);
  const first = Number(readFileSync(join(folder, "pid"), "utf8"));
  const [program = "", ...args] = readFileSync(`/proc/${first}/cmdline`, "utf8").split("\0").slice(0, -1);
  const env = readFileSync(`/proc/${first}/environ`, "utf8")
    .split("\0")
    .slice(0, -1)
    .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]);
  const docker = new Docker({ socketPath: engine.socketPath });
  let second: ChildProcess | null = null;
  onTestFinished(async () => {
    if (second) {
      second.kill("SIGTERM");
      if (second.exitCode === null) await once(second, "exit");
    }
    await engine.close();
    rmSync(tempDir, { recursive: true, force: true });
  });
  return {
    docker,
    kill: () => process.kill(first, "SIGKILL"),
    async restart() {
      const containerd = join(folder, "exec/containerd/containerd.pid");
      await vi.waitFor(() => expect(isAlive(Number(readFileSync(containerd, "utf8")))).toBe(false));
      for (const file of [join(folder, "pid"), containerd]) rmSync(file);
      second = spawn(program, args, { env: Object.fromEntries(env), stdio: "ignore" });
      await vi.waitFor(() => docker.ping(), { timeout: 20_000, interval: 100 });
    },
  };
}

/** A process that nobody has waited for yet is none any more. */
function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) [ZX] /.test(readFileSync(file, "utf8"));
}

test.skipIf(!dockerd)(
  "F49: a run whose engine is killed and started again is lost, in a sentence, and the next run goes",
  async () => {
    const engine = await aMortalEngine();
    const ground = await prepareGround();
    const runtime = forgetting(
      dockerRuntime({
        docker: engine.docker,
        user: chooseRunUser(0, 0),
        relay: { kind: "toolchain" },
        roots: [ground.folder],
        instance: randomUUID(),
      }),
    );
    const up = Promise.withResolvers<void>();
    const request = ground.request({ command: "echo up; sleep 600" });
    const running = await runtime.start(request, () => up.resolve());
    await up.promise;
    engine.kill();
    await engine.restart();
    const outcome = await running.done;
    expect(outcome).toMatchObject({
      status: "lost",
      note: "The container or its engine went away.",
    });
    expect(await runtime.list()).toEqual([]);
    const next = await runtime.start(ground.request({ command: "echo again", id: "12-k3f9-1-executor-2" }));
    expect(await next.done).toMatchObject({ status: "finished", log: "again\n" });
  },
);
