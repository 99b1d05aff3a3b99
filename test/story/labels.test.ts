// What the App does with labels: its own come and go, what people set stays, and upper or lower case is no matter.
import { expect, test } from "vitest";
import { aStory, minute, type Story } from "./world.ts";

const names = (issue: { labels: readonly { name: string }[] }) => issue.labels.map(({ name }) => name).sort();

async function waitOut(story: Story): Promise<void> {
  for (let wait = 0; wait < 6; wait++) await story.advance(minute);
}

test.each(["at the claim", "at the end"])(
  "labels that people set or take away while a change of ours is tried again %s stay so (lost update)",
  async (when) => {
    const story = await aStory();
    const issue = story.openIssue();
    story.forge.as("alice").label(issue, "triaged");
    const fail = () => story.forge.failNext("graphql mutation ChangeLabels", { status: 502, times: 3 });
    if (when === "at the claim") fail();
    story.forge.as("alice").label(issue, "loop");
    await story.settle();
    if (when === "at the end") {
      fail();
      story.forge.as("bob").approve(await story.pull(issue));
      await story.settle();
    }
    story.forge.as("bob").label(issue, "priority:high");
    story.forge.as("bob").unlabel(issue, "triaged");
    await waitOut(story);
    expect(names(issue)).toContain("priority:high");
    expect(names(issue)).not.toContain("triaged");
    expect(names(issue)).toContain(when === "at the end" ? "loop:done" : "loop:needs-human");
    expect(names(issue)).not.toContain("loop:running");
  },
);

test("a repository that calls the trigger Loop has its loop, heard of or not, and the label goes at the end", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  story.forge.dropDeliveries(1);
  story.forge.as("alice").label(issue, "Loop");
  await story.settle();
  for (let wait = 0; wait < 12; wait++) await story.advance(minute);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await story.restart({ loseStore: true });
  expect(await story.phase(issue)).toBe("awaiting_gate");
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect(names(issue)).toEqual(["loop:done"]);
});

test("/loop retry sets the trigger again, so that taking it away still ends the loop", async () => {
  const story = await aStory({ executor: "exit 1" });
  const issue = await story.startLoop();
  await waitOut(story);
  expect(names(issue)).not.toContain("loop");
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  story.forge.as("alice").comment(issue, "/loop stop");
  await story.settle();
  const added = issue.timeline.filter(({ what }) => what.kind === "labeled" && what.label === "loop");
  expect(added).toHaveLength(2);
});
