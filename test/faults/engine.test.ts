// The container engine does not answer when the App starts: the loops that wait for it wait, and all others go on.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { Runtime } from "../../src/container/run.ts";
import { aStory, mend, minute } from "../story/world.ts";

/** An engine that can be unplugged: it then answers no question after a container. */
function unpluggable(): { plug: { out: boolean; asked: number }; runtime: (real: Runtime) => Runtime } {
  const plug = { out: false, asked: 0 };
  const unlessOut = () => {
    plug.asked += 1;
    if (!plug.out) return;
    throw new Fault("Could not ask the container engine: connect ECONNREFUSED. It may work later.", {
      kind: "engine",
      retry: "later",
    });
  };
  return {
    plug,
    runtime: (real) => ({
      ...real,
      find: async (id) => {
        unlessOut();
        return real.find(id);
      },
      sweep: async (keep) => {
        unlessOut();
        return real.sweep(keep);
      },
    }),
  };
}

/** A loop whose executor ran when the App ended, and the App started again with its engine unplugged. */
async function startedWithoutEngine() {
  const dir = await mkdtemp(join(tmpdir(), "plug-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const flag = join(dir, "go");
  const { plug, runtime } = unpluggable();
  const story = await aStory({
    executor: `while [ -d "$LOOP_DIR" ] && [ ! -e "${flag}" ]; do sleep 0.05; done; ${mend}`,
    runtime,
  });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  plug.out = true;
  await story.restart();
  await writeFile(flag, "");
  return { story, issue, plug };
}

test("F49: the App starts, other loops go on, and the run is asked after again until its engine answers", async () => {
  const { story, issue, plug } = await startedWithoutEngine();
  expect(await story.phase(issue)).toBe("executing");
  const other = await story.startLoop("Another", "Please.");
  expect(await story.phase(other)).toBe("awaiting_gate");
  for (let n = 0; n < 3; n++) await story.advance(minute);
  expect(await story.phase(issue)).toBe("executing");
  const told = story.log.filter(({ text }) => text.startsWith("a run could not be asked after"));
  expect(told).toHaveLength(1);
  expect(plug.asked).toBeGreaterThan(3);
  plug.out = false;
  for (let n = 0; n < 3; n++) await story.advance(minute);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const state = await story.state(issue);
  expect(state.attempts.map(({ counted }) => counted)).toEqual([true]); // it ended meanwhile, and its end was kept
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("F49: a person stops the loop meanwhile: it is over at once, and nothing of it is taken up when the engine answers", async () => {
  const { story, issue, plug } = await startedWithoutEngine();
  story.forge.as("alice").unlabel(issue, "loop");
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", by: "alice" });
  plug.out = false;
  for (let n = 0; n < 3; n++) await story.advance(minute);
  const state = await story.state(issue);
  expect(state.ending?.reason).toBe("cancelled");
  expect(state.attempts).toHaveLength(1);
  expect(state.pull).toBe(null);
});
