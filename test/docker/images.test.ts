// Runs in named images: an executor's with nothing but sh and git in it, and a relay's with Node and the relay.
import { randomUUID } from "node:crypto";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { dockerRuntime } from "../../src/container/docker.ts";
import type { Engine } from "../../src/container/engine.ts";
import { chooseRunUser } from "../../src/container/user.ts";
import { type Ground, prepareGround } from "../container/ground.ts";
import { describeWithDocker } from "./engine.ts";
import { gitPrograms, makeImage } from "./images.ts";

const USER = chooseRunUser(process.getuid?.() ?? 0, process.getgid?.() ?? 0);
const EXECUTOR = "loopgate-test-executor:1";
const RELAY = "loopgate-test-relay:1";

describeWithDocker("a named image", (engine: () => Engine) => {
  beforeAll(async () => {
    await makeImage(engine().docker, EXECUTOR, { programs: gitPrograms() });
    const relay = new URL("../../src/container/relay.mjs", import.meta.url).pathname;
    await makeImage(engine().docker, RELAY, {
      programs: [process.execPath],
      files: [{ from: relay, to: "/app/relay.mjs" }],
    });
  });

  function open(ground: Ground) {
    const runtime = dockerRuntime({
      docker: engine().docker,
      user: USER,
      relay: { kind: "image", reference: RELAY, command: [process.execPath, "/app/relay.mjs"] },
      roots: [ground.folder],
      instance: randomUUID(),
    });
    onTestFinished(async () => void (await runtime.sweep(() => false)));
    return runtime;
  }

  test("of an executor needs nothing but sh and git to hand its work in through the relay", async () => {
    const ground = await prepareGround();
    const request = ground.request({ image: { kind: "named", reference: EXECUTOR }, command: "echo 4 > sum" });
    const outcome = await (await open(ground).start(request)).done;
    expect(outcome).toMatchObject({ status: "finished", exitCode: 0, log: "" });
    expect(ground.git("show", "loop/12-k3f9:sum")).toBe("4");
    expect(outcome.facts.image.reference).toBe(EXECUTOR);
    expect(outcome.facts.mounts.map(({ target }) => target)).not.toContain("/usr");
    expect(outcome.facts.relay?.imageId).not.toBe(outcome.facts.image.id);
  });

  test("of a relay that cannot run is a fault with its last words, and nothing is left", async () => {
    const ground = await prepareGround();
    const { docker } = engine();
    const options = { docker, user: USER, roots: [ground.folder], instance: randomUUID() };
    const command = ["/bin/sh", "-c", "echo no relay here; exit 1"];
    const runtime = dockerRuntime({ ...options, relay: { kind: "image", reference: EXECUTOR, command } });
    await expect(runtime.start(ground.request())).rejects.toMatchObject({
      name: "Fault",
      kind: "engine",
      message: "The relay to the gateway did not start: no relay here",
    });
    expect(await runtime.list()).toEqual([]);
  });
});
