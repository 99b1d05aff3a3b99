// Stories of an App that GitHub cannot reach: every webhook is lost, and the App reads the log of them; in each it is ended in between.
import { expect, test } from "vitest";
import { handledEvents } from "../../src/github/deliveries/webhook.ts";
import { aStory, attempts, botch, mend, minute, type Story, type StoryOptions } from "./world.ts";

const unreachable = (options: StoryOptions = {}) => aStory({ intake: "poll", executor: mend, ...options });

/** Nothing that GitHub sent has arrived anywhere. */
function expectUnreached({ forge }: Story): void {
  expect(forge.deliveries.length).toBeGreaterThan(5);
  expect(forge.deliveries.filter(({ statusCode }) => statusCode !== 0)).toEqual([]);
}

test("a label starts a loop, and an approval while the App is down ends it", async () => {
  const story = await unreachable();
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const pull = await story.pull(issue);
  await story.restart({ meanwhile: () => story.forge.as("bob").approve(pull) });
  expect(await story.state(issue)).toMatchObject({ phase: "settled", ending: { reason: "task_complete" } });
  expectUnreached(story);
});

test("red, then green, then a person's changes: each attempt is briefed, over an end of the App", async () => {
  const story = await unreachable({ executor: attempts(botch("red"), mend, `${mend}; echo more >> README.md`) });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const pull = await story.pull(issue);
  const review = { event: "REQUEST_CHANGES", body: "Say it in the README." } as const;
  await story.restart({ meanwhile: () => story.forge.as("bob").review(pull, review) });
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect((await story.state(issue)).attempts).toHaveLength(3);
  expectUnreached(story);
});

test("commands that were given while the App was down are done once, in their order", async () => {
  const story = await unreachable();
  const issue = await story.startLoop();
  const bob = story.forge.as("bob");
  await story.restart({
    meanwhile: () => {
      bob.comment(issue, "/loop pause");
      bob.comment(issue, "/loop resume");
      bob.comment(issue, "/loop status");
    },
  });
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const said = story.comments(issue).length;
  await story.restart();
  const commands = issue.comments.filter(({ body }) => body.startsWith("/loop"));
  expect(commands.map(({ reactions }) => reactions.length)).toEqual([1, 1, 1]);
  expect(story.comments(issue)).toHaveLength(said);
});

test("a label that is taken away while the App is down cancels the loop", async () => {
  const story = await unreachable();
  const issue = await story.startLoop();
  await story.restart({ meanwhile: () => story.forge.as("alice").unlabel(issue, "loop") });
  expect(await story.state(issue)).toMatchObject({ phase: "settled", ending: { reason: "cancelled" } });
});

test("a label that was set and taken away, and an issue that was closed and opened again, start what counts at the end", async () => {
  const story = await unreachable();
  const [gone, back] = [story.openIssue("one"), story.openIssue("two")];
  const alice = story.forge.as("alice");
  await story.restart({
    meanwhile: () => {
      alice.label(gone, "loop");
      alice.unlabel(gone, "loop");
      alice.close(back);
      alice.reopen(back);
      alice.label(back, "loop");
    },
  });
  expect(await story.state(gone)).toMatchObject({ phase: "settled", ending: { reason: "cancelled" }, attempts: [] });
  expect(await story.phase(back)).toBe("awaiting_gate");
});

test("each webhook is read once, and GitHub is asked to send none again", async () => {
  const story = await unreachable();
  await story.startLoop();
  await story.restart();
  await story.advance(30 * minute);
  const { requests, deliveries } = story.forge;
  const read = requests.filter(({ route }) => route === "/app/hook/deliveries/:id").map(({ path }) => path);
  expect(new Set(read).size).toBe(read.length);
  expect(read.length).toBe(deliveries.filter(({ event }) => handledEvents.includes(event)).length);
  expect(requests.filter(({ route }) => route === "/app/hook/deliveries/:id/attempts")).toEqual([]);
  expectUnreached(story);
});
