// A run's end is kept before anything of the run goes: killed between every two steps, nothing is lost, done or paid twice.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { Issue } from "../../src/forge/model.ts";
import { spentOf } from "../../src/loop/money.ts";
import { damages } from "../runs/damages.ts";
import { until } from "../until.ts";
import { aModel, call } from "./model-server.ts";
import { outliving } from "./outliving.ts";
import { aStory, attempts, mend, minute, type Story, type StoryOptions } from "./world.ts";

const oneCall = 14_000_000; // nano-dollars
const prices = { "openai/*": { input: 4, output: 20 } };

async function aPayingStory(options: StoryOptions): Promise<{ story: Story; calls: () => number }> {
  const model = await aModel();
  const models = [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-key", priceId: null }] as const;
  const story = await aStory({ models, prices, ...options });
  return { story, calls: () => model.keys.length };
}

/** The process stands no more where it would do this: nothing of it reaches the store, as when it is killed there. */
function dieBefore(story: Story, method: "addEvent" | "commit", isMeant: (type: string) => boolean): { died: boolean } {
  const { store } = story.app();
  const fate = { died: false };
  const { addEvent, commit, nextEvent } = store;
  const died = async (): Promise<never> => {
    fate.died = true;
    throw new Error("killed");
  };
  if (method === "addEvent") {
    store.addEvent = async (key, event, at, dedupe) =>
      isMeant(event.type) || fate.died ? died() : addEvent(key, event, at, dedupe);
  } else {
    store.commit = async (step) => {
      const event = await nextEvent(step.issueKey);
      return isMeant(event?.event.type ?? "") || fate.died ? died() : commit(step);
    };
  }
  return fate;
}

/** The one call is settled and counted: nothing more is written there. */
function isSettled(spending: string): boolean {
  const text = existsSync(spending) ? readFileSync(spending, "utf8") : "";
  return text.includes(`"spentNano":${oneCall}`) && text.includes('"output":500');
}

async function lastRun(story: Story, issue: Issue) {
  return (await story.state(issue)).attempts[0]?.runs[0];
}

async function leftOf(story: Story): Promise<string[]> {
  return (await readdir(join(story.dataDir(), "runs")).catch(() => [])).sort();
}

describe("killed between a run's end and", () => {
  test("F3: the storing of it: the end is told after the restart, with its work and its money", async () => {
    const { story, calls } = await aPayingStory({ executor: `${call}; ${mend}` });
    const fate = dieBefore(story, "addEvent", (type) => type === "run_ended");
    const issue = await story.startLoop();
    expect(fate.died).toBe(true);
    expect(await story.phase(issue)).toBe("executing");
    const run = await lastRun(story, issue);
    const kept = JSON.parse(readFileSync(join(story.dataDir(), "runs", run?.id ?? "", "end.json"), "utf8"));
    expect(kept).toMatchObject({ status: "finished", exitCode: 0, spentNano: oneCall });
    await story.restart();
    const state = await story.state(issue);
    expect(state.phase).toBe("awaiting_gate");
    expect(state.attempts).toHaveLength(1);
    expect(state.attempts[0]).toMatchObject({ counted: true, runs: [{ status: "finished" }, { role: "reviewer" }] });
    expect(state.attempts[0]?.runs[0]?.logSha256).not.toBe(null);
    expect([calls(), spentOf(state)]).toEqual([1, oneCall]);
    expect(await leftOf(story)).toEqual([]);
  });

  test("F3: the decision on it: it is decided once, and nothing of the run is gone before", async () => {
    const { story, calls } = await aPayingStory({ executor: `${call}; ${mend}` });
    dieBefore(story, "commit", (type) => type === "run_ended");
    const issue = await story.startLoop();
    expect(await leftOf(story)).toEqual([(await lastRun(story, issue))?.id]);
    await story.restart();
    const state = await story.state(issue);
    expect([state.phase, state.attempts.length, calls(), spentOf(state)]).toEqual(["awaiting_gate", 1, 1, oneCall]);
    expect(await leftOf(story)).toEqual([]);
  });

  test("F3, F4: its forgetting: what it left goes after the restart, however often that failed", async () => {
    let fails = true;
    const { story, calls } = await aPayingStory({
      executor: `${call}; ${mend}`,
      runtime: (real) => ({
        ...real,
        async forget(id) {
          if (fails) throw new Fault("The engine does not answer.", { kind: "engine", retry: "later" });
          return real.forget(id);
        },
      }),
    });
    const issue = await story.startLoop();
    const [executor, reviewer] = (await story.state(issue)).attempts[0]?.runs ?? [];
    expect(await story.phase(issue)).toBe("awaiting_gate"); // nothing waits for what is cleared away
    expect(await leftOf(story)).toEqual([executor?.id, reviewer?.id]);
    await story.restart();
    expect(await leftOf(story)).toEqual([executor?.id, reviewer?.id]);
    fails = false;
    await story.restart();
    for (let n = 0; n < 5; n++) await story.advance(10 * minute);
    expect(await leftOf(story)).toEqual([]);
    const state = await story.state(issue);
    expect([state.phase, state.attempts.length, calls(), spentOf(state)]).toEqual(["awaiting_gate", 1, 1, oneCall]);
  });

  test("F3: a person calls it off just then: what it spent is booked, and nothing of it stays", async () => {
    const { story } = await aPayingStory({ executor: `${call}; while :; do sleep 0.1; done` });
    const issue = story.openIssue();
    story.forge.as("alice").label(issue, "loop");
    await story.reaches(issue, "executing");
    const run = await lastRun(story, issue);
    const spending = join(story.dataDir(), "runs", run?.id ?? "", "spent.json");
    await until(async () => isSettled(spending));
    dieBefore(story, "addEvent", (type) => type === "run_ended");
    story.forge.as("alice").comment(issue, "/loop stop");
    await story.reaches(issue, "settled");
    expect(await lastRun(story, issue)).toMatchObject({ status: "stopped", untold: true, spentNano: 0 });
    await story.restart();
    expect(await lastRun(story, issue)).toMatchObject({ status: "stopped", spentNano: oneCall });
    expect((await lastRun(story, issue))?.untold).toBe(undefined);
    expect(await leftOf(story)).toEqual([]);
    expect(await readdir(join(story.dataDir(), "quarantine"))).toEqual([]);
  });
});

test("F3: the end of a reviewer is told after a restart as well", async () => {
  const { story, calls } = await aPayingStory({ reviewer: `${call}; ${answerOf("approve")}` });
  let ends = 0;
  dieBefore(story, "addEvent", (type) => type === "run_ended" && ++ends === 2);
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("verifying");
  await story.restart();
  const state = await story.state(issue);
  expect([state.phase, state.runsStarted, calls(), spentOf(state)]).toEqual(["awaiting_gate", 2, 1, oneCall]);
});

function answerOf(verdict: string): string {
  const answer = { verdict, summary: "It does.", confidence: 0.9, findings: [] };
  return `printf '%s' '${JSON.stringify(answer)}' > "$LOOP_DIR/out/result.json"`;
}

const cases = Object.keys(damages).filter((damage) => ["of no length", "a folder"].includes(damage)); // the others in test/runs

/** A run that waits to be let go, its App killed meanwhile, and one small file of it damaged before the next App starts. */
async function restartedWith(file: string, damage: string) {
  const wait = 'while [ ! -e "$LOOP_DIR/out/go" ]; do sleep 0.05; done';
  const found = { run: "" };
  const { story } = await aPayingStory({
    executor: attempts(`${call}; ${wait}; ${mend}`, mend),
    runtime: outliving((dir) => {
      const path = join(dir, "app", "runs", found.run, file);
      if (!existsSync(path)) writeFileSync(path, "");
      damages[damage]?.(path);
    }),
  });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  found.run = (await lastRun(story, issue))?.id ?? "";
  const folder = join(story.dataDir(), "runs", found.run);
  await until(async () => isSettled(join(folder, "spent.json")));
  const restarted = story.restart();
  await until(async () => story.log.filter(({ text }) => text === "decided").length > 0);
  const letGo = async () => {
    if (existsSync(join(folder, "loop", "out"))) writeFileSync(join(folder, "loop", "out", "go"), "");
  };
  const timer = setInterval(() => void letGo(), 100);
  await restarted;
  clearInterval(timer);
  await story.advance(minute);
  await story.advance(minute);
  return { story, issue, state: await story.state(issue) };
}

describe("a small file of a run that cannot be read stalls no loop:", () => {
  test.each(cases)("F5: its lease, %s: it is ended and lost, at what it spent", async (damage) => {
    const { story, state } = await restartedWith("lease.json", damage);
    expect(state.phase).toBe("awaiting_gate");
    expect(state.attempts[0]).toMatchObject({ counted: false, runs: [{ status: "lost", spentNano: oneCall }] });
    expect(story.log.some(({ text }) => text.includes("lease of a run cannot be read"))).toBe(true);
    expect(await leftOf(story)).toEqual([]);
  });

  test.each(cases)("F5: how long it was silent, %s: it goes on, and the count begins anew", async (damage) => {
    const { story, state } = await restartedWith("quiet.json", damage);
    expect([state.phase, state.attempts.length, spentOf(state)]).toEqual(["awaiting_gate", 1, oneCall]);
    expect(story.log.some(({ text }) => text.includes("how long a run was silent cannot be read"))).toBe(true);
  });

  test.each(cases)(
    "F5: what it spent, %s: all that was left counts, and the loop says it has no money left",
    async (damage) => {
      const { story, state } = await restartedWith("spent.json", damage);
      expect(spentOf(state)).toBe(state.grantedNano);
      expect(state.attempts[0]?.runs[0]?.status).toBe("finished");
      expect(["awaiting_gate", "settled"]).toContain(state.phase);
      expect(story.log.some(({ text }) => text.includes("what a run spent cannot be read"))).toBe(true);
    },
  );

  test.each(cases)("F5: its end, %s, while it still runs: it goes on", async (damage) => {
    const { state } = await restartedWith("end.json", damage);
    expect([state.phase, state.attempts.length, spentOf(state)]).toEqual(["awaiting_gate", 1, oneCall]);
  });
});

test.each(cases)(
  "F5: an end that cannot be read, %s, of a run that is gone: lost, and its money booked",
  async (damage) => {
    const found = { file: "" };
    const { story } = await aPayingStory({
      executor: `${call}; ${mend}`,
      runtime: (real) => {
        if (found.file !== "") damages[damage]?.(found.file);
        return real;
      },
    });
    dieBefore(story, "addEvent", (type) => type === "run_ended");
    const issue = await story.startLoop();
    found.file = join(story.dataDir(), "runs", (await lastRun(story, issue))?.id ?? "", "end.json");
    await story.restart();
    await story.advance(minute);
    const state = await story.state(issue);
    expect(state.attempts[0]).toMatchObject({ counted: false, runs: [{ status: "lost", spentNano: oneCall }] });
    expect(state.phase).toBe("awaiting_gate");
    expect(story.log.some(({ text }) => text.startsWith("how a run ended cannot be read"))).toBe(true);
  },
);

test("what was prepared for a run that never started goes when its loop is called off", async () => {
  const seen: string[] = [];
  const { story } = await aPayingStory({
    runtime: (real) => ({
      ...real,
      async prepare(request) {
        seen.push(`prepared ${request.id}`);
      },
      async start() {
        throw new Fault("The engine is too busy.", { kind: "engine", retry: "later" });
      },
      async forget(id) {
        seen.push(`forgot ${id}`);
        return real.forget(id);
      },
    }),
  });
  const issue = await story.startLoop();
  const run = (await lastRun(story, issue))?.id;
  expect(seen).toEqual([`prepared ${run}`]);
  story.forge.as("alice").unlabel(issue, "loop");
  await story.settle();
  expect(seen).toContain(`forgot ${run}`);
  expect(await leftOf(story)).toEqual([]);
  expect((await lastRun(story, issue))?.untold).toBe(undefined);
});
