// Telling the loops of a repository that they rest, and that they go on.
import { expect, test } from "vitest";
import { pauseAll, readPause } from "../../src/engine/pause-all.ts";
import type { AllPaused } from "../../src/engine/ports.ts";
import { startRun } from "../../src/engine/run.ts";
import type { World } from "../../src/engine/world.ts";
import { decide } from "../../src/loop/decide.ts";
import type { Command, LoopEvent } from "../../src/loop/event.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { aLoop } from "../loop/builder.ts";
import { playToEnd } from "../loop/script.ts";

test("a loop that has not heard of the pause yet is told that it goes on, after it", async () => {
  const working = aLoop({ phase: "executing" }); // its turn is yet to come
  const { issue } = working;
  let paused: unknown = null;
  const told: LoopEvent[] = [];
  const said: string[] = [];
  const world = {
    clock: { now: () => 1_000 },
    github: { permission: async () => "admin", createComment: async (_: unknown, body: string) => said.push(body) },
    store: {
      allPaused: async () => paused,
      setAllPaused: async (_: number, by: unknown) => {
        paused = by;
        return true;
      },
      loops: async () => [{ issueKey: "2#3", state: working }],
    },
    submit: async (_: string, event: LoopEvent) => told.push(event),
  } as unknown as World;
  for (const [commentId, verb] of [
    [7, "pause-all"],
    [8, "resume-all"],
  ] as const) {
    const command: Command = { verb, argument: "", actor: { id: 4, login: "alice", bot: false }, commentId };
    await pauseAll(world, { type: "pause_all", issue, command }, false);
  }
  expect(told).toEqual([{ type: "all_paused", by: "alice", since: 1_000 }, { type: "all_resumed" }]);
  expect(said[1]).toContain("is not paused any more");
});

test("a pause that a start read just before it was lifted holds nothing up", async () => {
  const preparing = playToEnd(["label alice", "claim"]).state as LoopState;
  const run = { type: "start_run", run: `${preparing.id}-1`, role: "executor", attempt: 1 } as const;
  const told: LoopEvent[] = [];
  let paused: AllPaused | null = { by: "alice", since: 1_000 };
  const store = {
    allPaused: async () => paused,
    setAllPaused: async (_: number, next: AllPaused | null) => {
      paused = next;
      return true;
    },
    loops: async () => [{ issueKey: "2#12", state: preparing }],
  };
  const world = {
    clock: { now: () => 2_000 },
    github: { permission: async () => "admin", createComment: async () => 1 },
    store,
    submit: async (_: string, event: LoopEvent) => told.push(event),
  } as unknown as World;
  const reading = { ...world, store: { ...store, allPaused: readThenLifted } } as unknown as World;

  async function readThenLifted(): Promise<AllPaused | null> {
    const read = paused;
    const command: Command = { verb: "resume-all", argument: "", actor: preparing.requester, commentId: 8 };
    await pauseAll(world, { type: "pause_all", issue: preparing.issue, command }, false);
    return read;
  }

  const came = await startRun(reading, preparing, run, { issueKey: "2#12", retrying: false });
  const events = [...told, ...(came as LoopEvent[])];
  expect(events.map(({ type }) => type)).toEqual(["all_resumed", "all_paused"]);
  let state = preparing;
  for (let event = events.shift(); event !== undefined; event = events.shift()) {
    const decided = decide(state, event, 3_000);
    state = decided.state as LoopState;
    if (decided.effects.some(({ type }) => type === "read_pause")) events.push(...(await readPause(world, state)));
  }
  expect(state.phase).toBe("preparing");
});

test.each(["pause-all", "resume-all"] as const)(
  "%s that is tried again once the other was said takes nothing back",
  async (verb) => {
    const said: string[] = [];
    const world = {
      clock: { now: () => 1_000 },
      github: { permission: async () => "admin", createComment: async (_: unknown, body: string) => said.push(body) },
      store: {
        allPaused: async () => null,
        setAllPaused: async (_: number, __: unknown, comment: number) => comment >= 8,
      },
    } as unknown as World;
    const command: Command = { verb, argument: "", actor: { id: 4, login: "alice", bot: false }, commentId: 7 };
    await pauseAll(world, { type: "pause_all", issue: aLoop({}).issue, command }, true);
    expect(said[0]).toContain("in a later comment here took effect before this, so nothing changed");
  },
);
