import { generateKeyPairSync } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import { builtLabel, type ContextOf } from "../../src/container/docker/fetch/build.ts";
import type { Runtime } from "../../src/container/run.ts";
import { usualUids } from "../../src/environment.ts";
import type { Issue } from "../../src/forge/model.ts";
import { folderAt } from "../../src/gateway/git/archive.ts";
import { ask, start } from "../cli/command.ts";
import { scriptedRegistry } from "../gateway/registry/upstream.ts";
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

  /** What a rerun of a loop's first attempt says, of which no image that was built is left: without the operator's settings, and with them. */
  async function again(story: Story, more: Record<string, string>) {
    const { id, ending, head } = await story.state(await story.startLoop());
    expect(head, JSON.stringify(ending)).not.toBeNull();
    for (const { Id } of await engine().docker.listImages({ filters: { label: [builtLabel] } }))
      await engine().docker.getImage(Id).remove({ force: true });
    const args = ["rerun", id, "1", "--data-dir", story.dataDir(), "--json"];
    return { without: await ask(args, env()), repeated: await ask(args, { ...env(), ...settings, ...more }) };
  }

  test("makes the set-up again, with packages from the registries in the settings", async () => {
    const registry = await scriptedRegistry([{ name: "one", version: "1.2.0" }]);
    const resolved = "https://registry.invalid/one/-/one-1.2.0.tgz";
    const locked = { version: "1.2.0", resolved, integrity: registry.integrity("one", "1.2.0") };
    const wanted = { dependencies: { one: "^1.2.0" } };
    const lock = { name: "shop", lockfileVersion: 3, packages: { "": wanted, "node_modules/one": locked } };
    const story = await aStory({
      ci: { mode: "run", command: "true" },
      registry: registry.url,
      files: {
        ".gitignore": "node_modules\n",
        "package.json": JSON.stringify(wanted),
        "package-lock.json": JSON.stringify(lock),
      },
      policy: "version: 1\nreviewer: { enabled: false }\nenvironment: { setup: [npm ci] }\n",
      executor: "test -s node_modules/one/package.json || exit 9; echo mended >which",
      runtime: (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app"), { uids: usualUids }),
    });
    const { without, repeated } = await again(story, { LOOPGATE_REGISTRY_NPM: registry.url });
    expect(repeated.err).toBe("");
    expect(compared(repeated.out).of("tree")?.same).toBe(true);
    expect(without).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("Command 1 of the set-up, `npm ci`"),
    });
  }, 300_000);

  test("builds an image again that was built, once it is not kept any more", async () => {
    const build = { contextOf: ofFolder, mostBytes: 1e9, keptBytes: 100e9, bases: [] };
    const story = await aStory({
      ci: { mode: "run", command: "true" },
      dockerfiles: true,
      image: "loopgate-test-unused:1",
      files: { Dockerfile: `FROM ${TAG}\nCOPY word /which\n`, word: "built\n" },
      policy: "version: 1\nreviewer: { enabled: false }\nenvironment: { dockerfile: Dockerfile }\n",
      executor: saysWhich,
      runtime: (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app"), { uids: usualUids, build }),
    });
    const { without, repeated } = await again(story, { LOOPGATE_DOCKERFILES: "on" });
    expect(without).toMatchObject({
      code: 1,
      err: expect.stringContaining("No image is built from a Dockerfile here"),
    });
    expect(repeated.err).toBe("");
    expect(compared(repeated.out).of("tree")?.same).toBe(true);
  }, 300_000);
});

const ofFolder: ContextOf = ({ gitDir, commit, context }) => folderAt(gitDir, commit, context);

/** What a rerun reads beside what a run may have. */
const settings = {
  LOOPGATE_APP_ID: "12345",
  LOOPGATE_APP_SLUG: "loopgate-test",
  LOOPGATE_PRIVATE_KEY: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs1",
    format: "pem",
  }) as string,
  LOOPGATE_WEBHOOK_SECRET: "a-webhook-secret-of-ours",
  LOOPGATE_SEAL_SECRET: "a-seal-secret-that-nobody-else-knows",
};
