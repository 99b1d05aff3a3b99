// Handing over in a container: the brief that is mounted there changes before the agent is started once more.
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import type { Runtime } from "../../src/container/run.ts";
import { usualUids } from "../../src/environment.ts";
import { aModel, call } from "../story/model-server.ts";
import { aStory } from "../story/world.ts";
import { describeWithDocker } from "./engine.ts";
import { ownRuntime } from "./own-runtime.ts";

describeWithDocker("handing over in a container", (engine: () => Engine) => {
  test("an agent that fails for want of money reads the brief for it, and may use the kept tenth", async () => {
    const model = await aModel();
    const story = await aStory({
      executor: `if grep -q '^# Hand over' /loop/brief.md; then ${call} | grep -q ^200 && echo handed > over.txt
else echo worked >> work.txt; while ${call} | grep -q ^200; do :; done; exit 1; fi`,
      policy: "version: 1\nbudget:\n  usd: 0.1\n",
      runtime: (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app"), { uids: usualUids }),
      models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
      prices: { "openai/*": { input: 4, output: 20 } },
    });
    const issue = await story.startLoop();
    const { attempts } = await story.state(issue);
    const [run] = attempts[0]?.runs ?? [];
    expect(run).toMatchObject({ status: "failed", exitCode: 1, handover: "done" });
    const head = attempts[0]?.head ?? "";
    expect(await story.file(head, "over.txt")).toBe("handed\n");
    expect(await story.file(head, "work.txt")).toBe("worked\n");
  }, 120_000);
});
