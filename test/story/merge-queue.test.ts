// A base that takes merges by its merge queue only: the App puts in what passed the gate, and says what came of it.
import { expect, test } from "vitest";
import { aStory, minute } from "./world.ts";

test("what is approved is put into the merge queue; taken out it ends the loop with the reason, and a retry puts it in again", async () => {
  const story = await aStory({ policy: "gate: { merge: true }\n" });
  const { world } = story.forge;
  world.setRule({ user: story.repository.owner, app: null }, story.repository, "main", { mergeQueue: true });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect([await story.phase(issue), pull.queueEntry?.enqueuer.login]).toEqual(["awaiting_gate", "loopgate[bot]"]);
  expect(story.comments(issue)[0]).toContain("is in GitHub's merge queue");

  await world.endQueue(pull, "CI_FAILURE");
  await story.settle();
  for (let waits = 0; waits < 3; waits++) await story.advance(minute);
  expect((await story.state(issue)).ending).toMatchObject({ reason: "permission_required", of: "merge_declined" });
  expect(story.comments(issue).at(-1)).toMatch(/was in the merge queue, but GitHub took it out.*failed_checks/s);

  story.forge.as("bob").comment(issue, "/loop retry");
  await story.settle();
  expect(pull.queueEntry).not.toBeNull();
  // The news of it is lost: a look finds out.
  story.forge.dropDeliveries(1);
  await world.endQueue(pull, "CI_TIMEOUT");
  await story.advance(11 * minute);
  for (let waits = 0; waits < 3; waits++) await story.advance(minute);
  expect((await story.state(issue)).ending?.quote).toContain("checks_timed_out");

  story.forge.as("bob").comment(issue, "/loop retry");
  await story.settle();
  await world.endQueue(pull, "MERGE");
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "task_complete", of: "approved_and_merged" });
  expect(pull.merged).toBe(true);
});
