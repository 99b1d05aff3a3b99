import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import type { Runtime } from "../../src/container/run.ts";
import { usualUids } from "../../src/environment.ts";
import type { Issue } from "../../src/forge/model.ts";
import { ask, start } from "../cli/command.ts";
import { aStory, type Story } from "../story/world.ts";
import { until } from "../until.ts";
import { describeWithDocker } from "./engine.ts";
import { makeTellingImage, saysWhich } from "./images.ts";
import { ownRuntime } from "./own-runtime.ts";

const TAG = "loopgate-test-rerun:1";

describeWithDocker("a rerun in containers", (engine: () => Engine) => {
  /** An image with this `codex`, under the one tag; resolves to its id. */
  const tagged = (word: string, codex = "exit 1") => makeTellingImage(engine().docker, TAG, word, { codex });

  async function aLoop(
    executor: string,
    policy = "",
  ): Promise<{ story: Story; issue: Issue; id: string; run: string }> {
    const runtime = (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app"), { uids: usualUids });
    const files = { which: "nothing\n" };
    const rules = `version: 1\nreviewer:\n  enabled: false\n${policy}`;
    const story = await aStory({
      executor,
      runtime,
      image: TAG,
      files,
      policy: rules,
      ci: { mode: "run", command: "true" },
    });
    const issue = await story.startLoop();
    const { id, attempts } = await story.state(issue);
    return { story, issue, id, run: attempts[0]?.runs[0]?.id ?? "" };
  }

  const env = () => {
    const { socketPath } = engine().docker.modem as { socketPath?: string };
    return { DOCKER_HOST: `unix://${socketPath}` };
  };
  const containers = async (story: Story) => {
    const filters = { label: [`loopgate.instance=rerun/${story.dataDir()}`] };
    return (await engine().docker.listContainers({ all: true, filters })).length;
  };
  const compared = (out: string) => {
    const said = JSON.parse(out) as {
      same: boolean;
      compared: { what: string; same: boolean | null; was: string; now: string }[];
    };
    return { same: said.same, of: (what: string) => said.compared.find((one) => one.what === what) };
  };
  let first = "";
  beforeEach(async () => {
    first = await tagged("first");
  });

  test("has the recorded image though the tag moved, the same spec, and the same tree", async () => {
    const { story, id, run } = await aLoop(saysWhich);
    expect(await tagged("second")).not.toBe(first);
    const { code, out, err } = await ask(["rerun", id, "1", "--data-dir", story.dataDir(), "--json"], env());
    expect([code, err]).toEqual([0, ""]);
    const said = compared(out);
    expect(said.of("image")).toEqual({ what: "image", same: true, was: first, now: first });
    expect(said.of("spec")).toEqual({ what: "spec", same: true, was: "as recorded", now: "as recorded" });
    expect(said.of("tree")?.same).toBe(true);
    expect(said.same).toBe(true);
    expect(await containers(story)).toBe(0);
    const order = JSON.parse(await readFile(join(story.dataDir(), "provenance", run, "order.json"), "utf8"));
    expect(order.specs.map(({ part, body }: { part: string; body: { Image: string } }) => [part, body.Image])).toEqual([
      ["agent", first],
      ["relay", expect.stringMatching(/^sha256:/)],
    ]);
  }, 120_000);

  test("whose image is gone is refused, naming it", async () => {
    const { story, id } = await aLoop(saysWhich);
    await tagged("second");
    await engine().docker.getImage(first).remove({ force: true });
    const { code, out, err } = await ask(["rerun", id, "1", "--data-dir", story.dataDir()], env());
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(`The image ${TAG} was ${first} when it was first used here`);
    expect(await containers(story)).toBe(0);
    expect((await readdir(story.dataDir())).filter((name) => name.startsWith("again-"))).toEqual([]);
  }, 120_000);

  test("says which agent, image and bounds differ from what was recorded", async () => {
    await tagged("first", 'if [ "$1" = --version ]; then echo codex-cli 1.2.3; else echo made >which; fi');
    const { story, issue, id, run } = await aLoop("", "agent:\n  kind: codex\n  model: gpt-5\n");
    const made = (await story.state(issue)).attempts[0];
    expect(made?.runs[0]?.provenance).toMatchObject({ agentVersion: "1.2.3", readyMs: expect.any(Number) });
    const second = await tagged(
      "second",
      'if [ "$1" = --version ]; then echo codex-cli 1.3.0; else echo made >which; fi',
    );
    const file = join(story.dataDir(), "provenance", run, "order.json");
    const order = JSON.parse(await readFile(file, "utf8"));
    const was = order.image.id;
    // As if the record's image had been another: what runs is compared with what is written.
    order.image = { ...order.image, id: second };
    order.specs[0].body.HostConfig.PidsLimit = 7;
    await writeFile(file, JSON.stringify(order));
    const { out } = await ask(["rerun", id, "1", "--data-dir", story.dataDir(), "--json"], env());
    const said = compared(out);
    expect(said.of("agent")).toEqual({ what: "agent", same: false, was: "codex 1.2.3", now: "codex 1.3.0" });
    expect(said.of("spec")).toMatchObject({ same: false, now: "0.Image, 0.HostConfig.PidsLimit" });
    expect(said.of("tree")).toMatchObject({ same: true });
    expect(said.same).toBe(false);
    expect(was).not.toBe(second);
  }, 120_000);

  test("that is interrupted removes its container; what a killed one left, the next one removes", async () => {
    const { story, id, run } = await aLoop(saysWhich);
    const file = join(story.dataDir(), "provenance", run, "order.json");
    const text = await readFile(file, "utf8");
    const order = JSON.parse(text);
    order.request.command = "echo up; while :; do :; done";
    await writeFile(file, JSON.stringify(order));
    const args = ["rerun", id, "1", "--data-dir", story.dataDir()];
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const command = start(args, env());
      await until(async () => (await containers(story)) === 2);
      command.signal(signal);
      const { code } = await command.ended;
      expect(code).toBe(signal === "SIGINT" ? 130 : null);
      expect(await containers(story)).toBe(signal === "SIGINT" ? 0 : 2);
    }
    await writeFile(file, text);
    const { code, err } = await ask(args, env());
    expect([code, err]).toEqual([0, ""]);
    expect(await containers(story)).toBe(0);
    expect((await readdir(story.dataDir())).filter((name) => name.startsWith("again-"))).toEqual([]);
  }, 120_000);
});
