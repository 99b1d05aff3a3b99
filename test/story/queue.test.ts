// More loops than containers: each knows its place in line, its time stands still, and nobody waits for one that cannot go.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { until } from "../until.ts";
import { aStory, mend, minute, type Story } from "./world.ts";

/** One container at a time: the first issue's agent works until `go`, the others are in line behind it. */
async function aLine(): Promise<{ story: Story; first: Issue; second: Issue; third: Issue; go: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "queue-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const flag = join(folder, "go");
  const executor = `case "$LOOP_TASK" in *'#1') while [ ! -e "${flag}" ]; do sleep 0.1; done ;; esac; ${mend}`;
  const story = await aStory({ concurrentRuns: 1, executor });
  const [first, second, third] = ["First", "Second", "Third"].map((title) => story.openIssue(title)) as [
    Issue,
    Issue,
    Issue,
  ];
  story.forge.as("alice").label(first, "loop");
  await story.reaches(first, "executing");
  for (const issue of [second, third]) {
    story.forge.as("alice").label(issue, "loop");
    await story.reaches(issue, "preparing");
    await until(async () => (await story.state(issue)).queued !== null);
  }
  return { story, first, second, third, go: () => writeFileSync(flag, "") };
}

const statusOf = (story: Story, issue: Issue) => story.comments(issue)[0] ?? "";

test("T26: a loop that waits for a container says where it stands in line, and its hours do not run", async () => {
  const { story, second, third, go } = await aLine();
  expect((await story.state(third)).queued).toMatchObject({ place: 2, of: 2 });
  await until(() => statusOf(story, third).includes("attempt 1 of 3 is queued, place 2 of 2"));
  expect(statusOf(story, third)).toContain("The loop's time stands still meanwhile.");
  for (let hour = 0; hour < 12; hour++) story.clock.advance(60 * minute); // more than a loop may take
  expect((await story.state(second)).ending).toBeNull();
  go();
  for (let passed = 0; passed < 60 && (await story.phase(third)) !== "awaiting_gate"; passed++)
    await story.advance(minute);
  expect(await story.phase(third)).toBe("awaiting_gate");
  const { ending, queued, worked } = await story.state(third);
  expect([ending, queued]).toEqual([null, null]);
  expect(worked.ms).toBeLessThan(120 * minute);
  await story.settle();
  expect(statusOf(story, third)).not.toContain("queued");
});

test("L4: who is first in line and waits for GitHub keeps its place, and holds nobody up", async () => {
  const { story, second, third, go } = await aLine();
  let away = true;
  story.forge.failNext(({ path }) => away && /collaborators\/bob\/permission$/.test(path), {
    status: 503,
    times: 10_000,
  });
  story.forge.as("bob").comment(second, "/loop status");
  await until(() => story.log.some(({ text }) => text.includes("an effect failed; trying it again later")));
  go();
  for (let passed = 0; passed < 30 && (await story.phase(third)) !== "awaiting_gate"; passed++)
    await story.advance(minute);
  expect(await story.phase(third)).toBe("awaiting_gate");
  away = false;
  for (let passed = 0; passed < 60 && (await story.phase(second)) !== "awaiting_gate"; passed++)
    await story.advance(minute);
  expect(await story.phase(second)).toBe("awaiting_gate");
});
