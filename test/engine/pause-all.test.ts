// Telling the loops of a repository that they rest, and that they go on.
import { expect, test } from "vitest";
import { pauseAll } from "../../src/engine/pause-all.ts";
import type { World } from "../../src/engine/world.ts";
import type { Command, LoopEvent } from "../../src/loop/event.ts";
import { aLoop } from "../loop/builder.ts";

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
