// Runs in named images: an executor's with nothing but sh and git in it, and a relay's with Node and the relay.
import { beforeAll, expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import { forgetting } from "../container/forgetting.ts";
import { type Ground, prepareGround } from "../container/ground.ts";
import { describeWithDocker } from "./engine.ts";
import { gitPrograms, makeImage } from "./images.ts";
import { ownRuntime } from "./own-runtime.ts";

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
    const relay = { kind: "image", reference: RELAY, command: [process.execPath, "/app/relay.mjs"] } as const;
    return forgetting(ownRuntime(engine(), ground.folder, { relay }));
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
    const command = ["/bin/sh", "-c", "echo no relay here; exit 1"];
    const relay = { kind: "image", reference: EXECUTOR, command } as const;
    const runtime = forgetting(ownRuntime(engine(), ground.folder, { relay }));
    await expect(runtime.start(ground.request())).rejects.toMatchObject({
      name: "Fault",
      kind: "engine",
      message: "The relay to the gateway did not start: no relay here",
    });
    expect(await runtime.list()).toEqual([]);
  });
});
