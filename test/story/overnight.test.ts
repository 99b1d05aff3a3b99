// A person's time is not the loop's: nights at the gate and in a pause, and retries the day after.
import { expect, test } from "vitest";
import { aStory, attempts, mend, minute } from "./world.ts";

const hour = 60 * minute;

test("changes that are requested the next morning are worked on", async () => {
  const story = await aStory({ executor: attempts(mend, `echo '# note' >> README.md`) });
  const issue = await story.startLoop();
  await story.advance(13 * hour);
  story.forge.as("bob").requestChanges(await story.pull(issue), "Please add a note to the README.");
  await story.settle();
  expect(await story.state(issue)).toMatchObject({ phase: "awaiting_gate", attempts: [{}, {}] });
  expect((await story.state(issue)).worked).toMatchObject({ since: null });
});

test("a person's push the next morning is judged", async () => {
  const story = await aStory({});
  const issue = await story.startLoop();
  await story.advance(13 * hour);
  const pull = await story.pull(issue);
  await story.forge.as("dave").push(story.repository, pull.head.ref, { "NOTES.md": "A note.\n" }, "Add a note");
  await story.settle();
  const { phase, head } = await story.state(issue);
  expect([phase, head]).toEqual(["awaiting_gate", (await story.pull(issue)).head.sha]);
});

test("a pause overnight costs no time", async () => {
  const story = await aStory({
    executor: `while [ ! -e "$TMPDIR/go" ] && [ "$LOOP_ATTEMPT" = 1 ]; do sleep 0.1; done; ${mend}`,
  });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  story.forge.as("alice").comment(issue, "/loop pause");
  await story.settle();
  await story.advance(13 * hour);
  story.forge.as("alice").comment(issue, "/loop resume");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("after /loop retry the deadline of before ends nothing", async () => {
  const policy =
    'version: 1\nloop_hours: 2\nchecks:\n  required: ["ci/slow"]\n  wait_minutes: 60\npull_request:\n  draft: never\n';
  const story = await aStory({ policy });
  const issue = await story.startLoop();
  await story.advance(111 * minute); // CI said nothing for an hour
  expect((await story.state(issue)).ending).toMatchObject({ reason: "external_dependency_blocked" });
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  await story.advance(15 * minute);
  expect(await story.phase(issue)).toBe("verifying");
  await story.advance(46 * minute);
  expect((await story.state(issue)).ending).toMatchObject({ reason: "external_dependency_blocked" });
});
