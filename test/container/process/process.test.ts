// The plain-process runtime: the contract, and what is its own.
import { mkdirSync, readFileSync } from "node:fs";
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

  test("refuses a run that names an image", async () => {
    const ground = await prepareGround();
    const refused = open(ground).start(ground.request({ image: { kind: "named", reference: "node:24" } }));
    await expect(refused).rejects.toThrow("the image node:24 needs a container engine, and there is none");
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
