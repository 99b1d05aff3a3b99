// A plan is shown in the thread whatever else finds no room there: nobody says yes to what they cannot read.
import { expect, test } from "vitest";
import { postAttempt } from "../../src/engine/say.ts";
import type { World } from "../../src/engine/world.ts";
import { aLoop, anAttempt } from "../loop/builder.ts";

const nothingMore = { question: null, permission: null, blockedOn: null, nothingToDo: null };

/** What is posted of the attempt that made the plan. */
async function posted(number: number, step: string, decision: string): Promise<string> {
  const bodies: string[] = [];
  const createComment = async (_: unknown, body: string) => bodies.push(body);
  const world = { github: { createComment }, sealKey: Buffer.alloc(32) } as unknown as World;
  const claim = { summary: "", confidence: null, ...nothingMore, assumptions: [], decisions: [decision] };
  const attempt = anAttempt({ number, plans: true, head: null, change: null, verdict: null, review: null, claim });
  const rest = { summary: decision.slice(0, 1500), verification: decision.slice(0, 1500) };
  const offered = { ...rest, steps: Array(20).fill(step), files: [], estimate: "" };
  const plan = { stage: "offered", offered, of: number } as const;
  await postAttempt(world, aLoop({ phase: "awaiting_plan", attempts: [attempt], plan }), number, 0);
  return bodies.join("\n");
}

test("after ten attempts had a comment of their own", async () => {
  expect(await posted(11, "Print the sum.", "none")).toContain("20. Print the sum.");
});

test("beside as long an account of its making", async () => {
  expect(await posted(1, "合".repeat(400), "計".repeat(6000))).toContain(`20. ${"合".repeat(400)}`);
});
