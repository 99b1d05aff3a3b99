// The silence limit on real containers: the hung one is stopped and gone, the chatty one is left alone, an adopted one is not forgotten.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import type { Running, RunRequest, Runtime } from "../../src/container/run.ts";
import { steadyClock } from "../../src/engine/clock.ts";
import { endingSentence } from "../../src/report/wording/endings.ts";
import { type Quiet, watchSilence } from "../../src/runs/silence.ts";
import { forgetting } from "../container/forgetting.ts";
import { type Ground, prepareGround } from "../container/ground.ts";
import { aStory, minute } from "../story/world.ts";
import { until } from "../until.ts";
import { describeWithDocker } from "./engine.ts";
import { ownRuntime, USER } from "./own-runtime.ts";

describeWithDocker("the silence limit on real containers", (engine: () => Engine) => {
  let ground: Ground;
  let instance: string;
  const open = (): Runtime => forgetting(ownRuntime(engine(), ground.folder, { instance }));
  const count = async () => {
    const filters = { label: [`loopgate.instance=${instance}`] };
    return (await engine().docker.listContainers({ all: true, filters })).length;
  };
  beforeEach(async () => {
    ground = await prepareGround();
    instance = randomUUID();
  });

  test("a container that hangs is stopped past its limit, and gone", async () => {
    const request = ground.request({ command: "echo up; exec sleep 600", limits: { graceMs: 500 } });
    const outcome = await watched(await open().start(request), { limitMs: 1_500 });
    expect(outcome).toMatchObject({ status: "silent", log: expect.stringMatching(/^up\n/) });
    expect(outcome.note).toContain("it wrote nothing, called no model, and neither fetched nor pushed");
    expect(outcome.endedAt - outcome.startedAt).toBeGreaterThan(1_400);
    expect(outcome.endedAt - outcome.startedAt).toBeLessThan(30_000);
    expect(await count()).toBe(0);
  });

  test("a chatty container that takes far longer than the limit is left alone", async () => {
    const command = "for n in $(seq 40); do echo $n; sleep 0.1; done";
    const outcome = await watched(await open().start(ground.request({ command })), { limitMs: 1_500 });
    expect(outcome).toMatchObject({ status: "finished", exitCode: 0 });
    expect(outcome.endedAt - outcome.startedAt).toBeGreaterThan(3_500);
  });

  test("F12: a container that hung under an App that was killed is stopped by the next, and its count goes on", async () => {
    await abandon(ground.request({ command: "exec sleep 600", limits: { graceMs: 500 } }));
    const found = await open().find("12-k3f9-1-executor-1");
    if (found === null) throw new Error("the container is gone");
    const heardAt = Date.parse("2026-01-05T09:00:00Z");
    const outcome = await watched(found, { limitMs: 10_000, quiet: { ms: 9_000, heardAt } });
    expect(outcome.status).toBe("silent");
    expect(outcome.note).toMatch(/^For 1\d s .*last heard of on 2026-01-05 09:00 UTC\.$/);
    expect(await count()).toBe(0);
  });

  test("F12: a loop whose container hangs is stalled by the next App, counted from what the first had heard", async () => {
    const lives: { over: boolean }[] = [];
    const story = await aStory({
      executor: "echo up; exec sleep 600",
      runtime(_real, dir) {
        for (const life of lives) life.over = true;
        lives.push({ over: false });
        return mortal(ownRuntime(engine(), dir, { instance }), lives.at(-1)!);
      },
    });
    const issue = story.openIssue();
    story.forge.as("alice").label(issue, "loop");
    await story.reaches(issue, "executing");
    for (let passed = 0; passed < 6; passed += 1) story.clock.advance(minute);
    const [run] = (await story.state(issue)).attempts[0]?.runs ?? [];
    const counted = join(story.dataDir(), "runs", run?.id ?? "", "quiet.json");
    await until(async () => existsSync(counted) && JSON.parse(readFileSync(counted, "utf8")).ms >= 5 * minute);
    const first = story.app();
    const restarted = story.restart();
    await until(async () => story.app() !== first);
    for (let passed = 0; passed < 5; passed += 1) story.clock.advance(minute);
    await restarted;
    const { ending, attempts } = await story.state(issue);
    expect(ending).toMatchObject({ reason: "stalled", of: "silence" });
    expect(ending !== null && endingSentence(ending)).toMatch(/For 1\d min .*last heard of on 2026-01-05 09:0[01] UTC/);
    expect(attempts[0]?.runs[0]?.status).toBe("silent");
    await until(async () => (await count()) === 0);
  });

  /** The runtime of one life of the App: when that life is over, it hears of nothing any more. */
  function mortal(runtime: Runtime, life: { over: boolean }): Runtime {
    return {
      ...runtime,
      async start(request, watch) {
        const running = await runtime.start(request, watch);
        return { ...running, done: running.done.then((outcome) => (life.over ? new Promise(() => {}) : outcome)) };
      },
    };
  }

  /** Watched as the sandbox does it, where nothing goes through the gateway. */
  function watched(running: Running, { limitMs, quiet = null }: { limitMs: number; quiet?: Quiet | null }) {
    const end = watchSilence({
      clock: steadyClock({ wall: Date.now, steady: () => performance.now() }, 0),
      limitMs,
      quiet,
      signs: () => ({ heard: running.outputBytes(), isBusy: false, waitsUntil: null }),
      keep: async () => {},
      onSilent: (note) => running.endSilent(note),
    });
    return running.done.finally(end);
  }

  /** Starts the run in another process and kills that process, as an App that is lost without warning. */
  async function abandon(request: RunRequest): Promise<void> {
    const { socketPath } = engine().docker.modem as unknown as { readonly socketPath: string };
    const program = new URL("./abandon.ts", import.meta.url).pathname;
    const given = JSON.stringify({ socketPath, request, roots: [ground.folder], instance, user: USER });
    const child = spawn(process.execPath, [program, given], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});
