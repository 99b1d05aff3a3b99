// The plain-process runtime: the contract, and what is its own.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { processRuntime } from "../../../src/container/process/process.ts";
import { obeysTheContract } from "../contract.ts";
import { type Ground, prepareGround } from "../ground.ts";

function open(ground: Ground) {
  const scratchDir = join(ground.folder, "scratch");
  mkdirSync(scratchDir, { recursive: true });
  return processRuntime({ scratchDir });
}

describe("the plain-process runtime", () => {
  obeysTheContract(open);

  test("says loudly that it isolates nothing", async () => {
    const runtime = open(await prepareGround());
    expect(await runtime.describe()).toEqual({
      kind: "process",
      isolated: false,
      engine: "none",
      sentence: "No container engine: runs are plain processes on this machine, with no isolation at all.",
    });
    const ground = await prepareGround();
    const { facts } = await (await runtime.start(ground.request())).done;
    expect(facts).toMatchObject({
      runtime: "process",
      isolated: false,
      network: "host",
      readonlyRoot: false,
      relay: null,
    });
  });

  test("F52: what an agent left running in its process group is gone when the run is done", async () => {
    const ground = await prepareGround();
    const runtime = open(ground);
    await (await runtime.start(ground.request({ command: 'sleep 60 & echo $! > "$LOOP_DIR/out/pid"' }))).done;
    const pid = Number(readFileSync(join(ground.folder, "loop/out/pid"), "utf8"));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 5_000 });
  });

  test("a relay apart carries what one within does, in a process that is gone with its run", async () => {
    const ground = await prepareGround();
    const scratchDir = join(ground.folder, "scratch");
    mkdirSync(scratchDir, { recursive: true });
    const gatewaySocket = join(ground.folder, "gateway.sock");
    const gateway = createServer((_, response) => void response.end("through"));
    await new Promise<void>((resolve) => void gateway.listen(gatewaySocket, resolve));
    onTestFinished(() => void gateway.close());
    const runtime = processRuntime({ scratchDir, relaysApart: true });
    const ask = `"${process.execPath}" -e 'fetch("http://127.0.0.1:" + process.env.PORT).then(async (got) => console.log(await got.text()))'`;
    const command = `PORT="\${OPENAI_BASE_URL##*:}" ${ask}`;
    const env = { OPENAI_BASE_URL: "http://127.0.0.1:{port}" };
    const started = await runtime.start(ground.request({ role: "check", command, env, gatewaySocket }));
    const relays = () => spawnSync("pgrep", ["-f", gatewaySocket]).stdout.toString().trim();
    expect(relays()).toMatch(/^\d+$/);
    expect((await started.done).log).toContain("through");
    await vi.waitFor(() => expect(relays()).toBe(""), { timeout: 5_000 });
  });

  test("refuses a run that names an image", async () => {
    const ground = await prepareGround();
    const refused = open(ground).start(ground.request({ image: { kind: "named", reference: "node:24" } }));
    await expect(refused).rejects.toThrow("the image node:24 needs a container engine, and there is none");
  });

  describe.skipIf(process.getuid?.() !== 0)("on a disk of 64 MiB", () => {
    async function onASmallDisk(command: string) {
      const ground = await prepareGround();
      const workspaceDir = mkdtempSync(join(ground.folder, "small-"));
      const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64m", "none", workspaceDir]);
      if (mounted.status !== 0) throw new Error("cannot mount");
      onTestFinished(() => void spawnSync("umount", ["-l", workspaceDir]));
      const limits = { workspaceBytes: 16 * 1024 * 1024 };
      const running = await open(ground).start(ground.request({ role: "check", command, limits, workspaceDir }));
      return running.done;
    }

    const unlinked = (bytes: number) =>
      `perl -e 'open(my $f, ">", "gone") or die; unlink "gone"; print $f "x" x ${bytes} or die; $f->flush; sleep $ARGV[0]'`;

    test("T8: files that are unlinked while they are open end the run before the disk is full for everybody", async () => {
      const outcome = await onASmallDisk(`${unlinked(66_500_000)} 600`);
      expect(outcome).toMatchObject({
        status: "lost",
        note: "This host's disk was nearly full, so the run was ended.",
      });
    });

    test("T8: the same run goes on to its end where enough of the disk is free", async () => {
      expect(await onASmallDisk(`${unlinked(30_000_000)} 5`)).toMatchObject({ status: "finished", note: null });
    });

    test("F51: a run that fails at once on a disk that others filled has not failed itself", async () => {
      const outcome = await onASmallDisk("head -c 80000000 /dev/zero >big || exit 1");
      expect(outcome).toMatchObject({ status: "lost", exitCode: 1 });
      const elsewhere = await onASmallDisk("exit 1");
      expect(elsewhere).toMatchObject({ status: "failed", exitCode: 1 });
    });
  });

  test("ends its runs when it is closed", async () => {
    const ground = await prepareGround();
    const runtime = open(ground);
    const running = await runtime.start(ground.request({ command: "sleep 60" }));
    onTestFinished(() => running.stop("The test is over."));
    await runtime.close();
    expect(await running.done).toMatchObject({ status: "stopped", note: "The App stopped." });
  });
});
