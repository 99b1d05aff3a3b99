// The store alone is lost: what the host still has of runs that the thread does not name is neither lost nor run beside.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Runtime } from "../../src/container/run.ts";
import { spentOf } from "../../src/loop/money.ts";
import { until } from "../until.ts";
import { aModel, call } from "./model-server.ts";
import { outliving } from "./outliving.ts";
import { approving, aStory, mend, minute } from "./world.ts";

const oneCall = 14_000_000;
const prices = { "openai/*": { input: 4, output: 20 } };

/** A model, and a reviewer that calls it and leaves no answer the first time. */
async function aPaidReviewer(then: string) {
  const model = await aModel();
  const dir = await mkdtemp(join(tmpdir(), "reviewed-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const asked = join(dir, "asked");
  const goesOn = join(dir, "go");
  return {
    model,
    reviewer: `${call}; if [ -e "${asked}" ]; then ${then.replaceAll("GO", `"${goesOn}"`)}; else touch "${asked}"; fi`,
    go: () => writeFileSync(goesOn, ""),
    parts: {
      models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
      prices,
    } as const,
  };
}

test("F8, I10: reviewers that no edit of the thread names are paid for, though they are cleared away", async () => {
  const { model, reviewer, parts } = await aPaidReviewer(approving);
  const story = await aStory({ ...parts, ci: { mode: "off" }, reviewer });
  const issue = await story.startLoop();
  expect(model.keys).toHaveLength(2);
  expect((await story.state(issue)).phase).toBe("verifying");
  expect(readdirSync(join(story.dataDir(), "runs"))).toEqual([]);
  await story.restart({ loseStore: "alone" });
  await story.advance(minute);
  const state = await story.state(issue);
  expect(model.keys).toHaveLength(3); // what the one before said of the commit went with the store
  const runs = state.attempts.flatMap((attempt) => attempt.runs);
  expect(runs.map(({ role, spentNano }) => [role, spentNano])).toEqual([
    ["executor", 0],
    ["reviewer", oneCall],
    ["reviewer", oneCall],
    ["reviewer", oneCall],
  ]);
  expect(new Set(runs.map(({ id }) => id)).size).toBe(state.runsStarted);
});

test("F8, F3: a second reviewer that the thread does not name and that is still at work is waited for", async () => {
  const { model, reviewer, go, parts } = await aPaidReviewer(`while [ ! -e GO ]; do sleep 0.05; done; ${approving}`);
  const story = await aStory({ ...parts, reviewer, runtime: outliving() });
  onTestFinished(go);
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await until(() => model.keys.length === 2);
  const back = story.restart({ loseStore: "alone" });
  await until(() => story.log.some(({ fields }) => fields.event === "restored"));
  go();
  await back;
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(model.keys).toHaveLength(2);
  expect(spentOf(state)).toBe(2 * oneCall);
  expect(state.runsStarted).toBe(3);
  expect(readdirSync(join(story.dataDir(), "runs"))).toEqual([]); // of the first, too
});

test("F8, F65, I1: a loop whose record is gone with the store has its container ended before another of its issue works", async () => {
  let beside = 0;
  const running = new Set<string>();
  const watched = outliving();
  const counting = (real: Runtime, dir: string): Runtime => {
    const shared = watched(real, dir);
    return {
      ...shared,
      async start(request, watch) {
        beside = Math.max(beside, running.size);
        running.add(request.id);
        const started = await shared.start(request, watch);
        void started.done.then(() => running.delete(request.id));
        return started;
      },
      async find(id) {
        const found = await shared.find(id);
        return found === null
          ? null
          : {
              ...found,
              async stop(why) {
                await found.stop(why);
                running.delete(id);
              },
            };
      },
    };
  };
  const story = await aStory({
    executor: `[ -e "$LOOP_DIR/../../first" ] && { ${mend}; } || { touch "$LOOP_DIR/../../first"; while [ -d "$LOOP_DIR" ]; do sleep 0.05; done; }`,
    runtime: counting,
  });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  await until(() => existsSync(join(story.dataDir(), "runs", "first")));
  const before = await story.state(issue);
  story.forge.holdDeliveries();
  for (const comment of [...issue.comments]) story.forge.as("dave").deleteComment(comment);
  story.forge.releaseDeliveries(() => []);
  await story.restart({ loseStore: "alone" });
  const state = await story.state(issue);
  expect(state.id).not.toBe(before.id);
  expect(state.phase).toBe("awaiting_gate");
  expect(beside).toBe(0);
});
