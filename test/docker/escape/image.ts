// Attacks by the image that a policy names: what it declares for itself (T8).
import { beforeAll, describe, expect } from "vitest";
import type { Engine } from "../../../src/container/docker/engine.ts";
import { makeImage } from "../images.ts";
import { makeArena, runGuarded } from "./arena.ts";
import { tryAttack } from "./attack.ts";

const REFERENCE = "loopgate-test-volume:1";
const flood = ["/bin/sh", "-c", "head -c 8000000 /dev/zero > /data/flood && echo flooded"];

export function imageAttacks(engine: () => Engine): void {
  describe("the image", () => {
    beforeAll(async () => {
      await makeImage(engine().docker, REFERENCE, { programs: ["/bin/sh", "/usr/bin/head"], volumes: ["/data"] });
    });

    tryAttack("T8: an image that brings a volume without a limit is not run", {
      fails: async () => {
        const arena = makeArena();
        const image = { kind: "named", reference: REFERENCE } as const;
        const run = runGuarded(engine(), arena, arena.request({ image, command: flood }));
        await expect(run).rejects.toMatchObject({ name: "Fault", kind: "refused", retry: "never" });
        await expect(run).rejects.toThrow(`The image ${REFERENCE} declares volumes (/data)`);
      },
      works: async () => {
        const { docker } = engine();
        const HostConfig = { NetworkMode: "none", ReadonlyRootfs: true };
        const container = await docker.createContainer({ Image: REFERENCE, Cmd: flood, HostConfig });
        const output = await container.attach({ stream: true, stdout: true, stderr: true });
        let said = "";
        output.on("data", (data) => (said += data));
        await container.start();
        await container.wait();
        await container.remove({ v: true });
        expect(said).toContain("flooded");
      },
    });
  });
}
