import { join } from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import type { Runtime } from "../../src/container/run.ts";
import { LoopState } from "../../src/loop/state.ts";
import { answer, aStory, attempts, minute } from "../story/world.ts";
import { describeWithDocker } from "./engine.ts";
import { gitPrograms, makeImage, makeTellingImage, saysWhich } from "./images.ts";
import { ownRuntime } from "./own-runtime.ts";

const TAG = "loopgate-test-pinned:1";

describeWithDocker("an image named by a tag", (engine: () => Engine) => {
  const tagged = (word: string) => makeTellingImage(engine().docker, TAG, word);

  function aStoryInContainers(executor: string) {
    const runtime = (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app"));
    return aStory({
      executor,
      runtime,
      image: TAG,
      files: { which: "nothing\n" },
      ci: { mode: "run", command: "true" },
    });
  }

  test("keeps its meaning for the whole loop, reviewer included, though the tag moved meanwhile", async () => {
    const first = await tagged("first");
    const story = await aStoryInContainers(attempts(answer({ question: "Shall I?" }), saysWhich));
    const issue = await story.startLoop();
    expect((await story.state(issue)).ending?.reason).toBe("uncertainty_too_high");
    const second = await tagged("second");
    expect(second).not.toBe(first);
    story.forge.as("alice").comment(issue, "/loop retry");
    await story.settle();
    const state = await story.state(issue);
    expect(state.phase).toBe("awaiting_gate");
    expect(await story.file(state.head ?? "", "which")).toBe("first\n");
    expect(state.images).toEqual({ [TAG]: { reference: TAG, id: first, digest: null } });
    const used = state.attempts
      .flatMap(({ runs }) => runs)
      .map(({ role, provenance }) => [role, provenance?.image?.id]);
    expect(used).toEqual([
      ["executor", first],
      ["executor", first],
      ["reviewer", first],
    ]);
    expect(LoopState.parse(state)).toEqual(state);
  }, 120_000);

  test("that means nothing any more is said, and no other image is taken in its place", async () => {
    const first = await tagged("first");
    const story = await aStoryInContainers(attempts(answer({ question: "Shall I?" }), saysWhich));
    const issue = await story.startLoop();
    await tagged("second");
    await engine().docker.getImage(first).remove({ force: true });
    story.forge.as("alice").comment(issue, "/loop retry");
    await story.settle();
    for (let tries = 0; tries < 60 && (await story.state(issue)).phase !== "settled"; tries++)
      await story.advance(15 * minute);
    const { ending, attempts: tried } = await story.state(issue);
    expect(ending?.reason).toBe("infrastructure_error");
    expect(ending?.quote).toContain(`The image ${TAG} was ${first} when it was first used here`);
    expect(tried.at(-1)?.head).toBeNull();
  }, 120_000);

  test("of a service keeps its meaning too, for every run that it stands beside", async () => {
    const service = "loopgate-test-pinned-service:1";
    const made = async () => {
      await makeImage(engine().docker, service, { programs: [...gitPrograms(), "/bin/sleep"] });
      return (await engine().docker.getImage(service).inspect()).Id;
    };
    const [image, first] = [await tagged("first"), await made()];
    const services = { db: { image: service, command: ["sleep", "600"], ready: "true" } };
    const story = await aStory({
      executor: attempts(answer({ question: "Shall I?" }), saysWhich),
      runtime: (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app")),
      image: TAG,
      policy: JSON.stringify({ environment: { services } }),
      files: { which: "nothing\n" },
      ci: { mode: "run", command: "true" },
    });
    const issue = await story.startLoop();
    const second = await made();
    expect(second).not.toBe(first);
    story.forge.as("alice").comment(issue, "/loop retry");
    await story.settle();
    const state = await story.state(issue);
    expect(state.phase).toBe("awaiting_gate");
    expect(state.images).toEqual({
      [TAG]: { reference: TAG, id: image, digest: null },
      [service]: { reference: service, id: first, digest: null },
    });
    const stood = state.attempts.flatMap(({ runs }) => runs.map(({ provenance }) => provenance?.services?.[0]?.id));
    expect(stood).toEqual([first, first, first]);
  }, 300_000);
});
