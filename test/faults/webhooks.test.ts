// Faults of webhooks: days late, a thousand at once.
import { createHmac, randomUUID } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { isRemembered, rememberedTimes } from "../store/remembered.ts";
import { aStory, minute, type Story } from "../story/world.ts";
import { until } from "../until.ts";
import { aKillableApp, end } from "./killable.ts";

const hour = 60 * minute;

function statusComments(issue: Issue): number {
  return issue.comments.filter(({ body }) => body.includes("<!-- loopgate:status ")).length;
}

/** Holds one delivery of the label back and lets everything else pass. */
async function labelHeldBack(story: Story, issue: Issue): Promise<void> {
  story.forge.holdDeliveries();
  story.forge.as("alice").label(issue, "loop");
  await story.settle();
}

test.each([
  ["a second", 1_000],
  ["an hour", hour],
])("F21: a label that is heard of %s late starts one loop", async (_, late) => {
  const story = await aStory();
  const issue = story.openIssue();
  await labelHeldBack(story, issue);
  await story.advance(late);
  story.forge.releaseDeliveries();
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(statusComments(issue)).toBe(1);
});

test("F21: a label that is heard of 72 hours late, when its loop is long over, starts nothing again", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  await story.settle();
  story.forge.holdDeliveries();
  story.forge.as("alice").label(issue, "loop");
  const isLate = ({ event, action }: { event: string; action: string | null }) =>
    event === "issues" && action === "labeled";
  let late: readonly Parameters<NonNullable<Parameters<typeof story.forge.releaseDeliveries>[0]>>[0][number][] = [];
  story.forge.releaseDeliveries((waiting) => {
    late = waiting.filter(isLate);
    return waiting.filter((one) => !isLate(one));
  });
  await story.settle();
  expect(late).toHaveLength(1);
  await story.advance(11 * minute);
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  const comments = issue.comments.length;
  const before = await story.state(issue);
  await story.advance(72 * hour);
  story.forge.holdDeliveries();
  story.forge.releaseDeliveries(() => late);
  await story.settle();
  await story.advance(2 * minute);
  // The label is known by GitHub's time of it, so the loop that answered it stays what it is.
  expect(await story.state(issue)).toEqual(before);
  expect(issue.comments).toHaveLength(comments);
});

function signed(body: string, guid: string, event: string, secret: string) {
  return {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": guid,
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    },
    body,
  };
}

test("F22: of a thousand deliveries at once each is accepted and stored once, and the one that counts is acted on", async () => {
  const { forge, storeDir, start, openIssue } = await aKillableApp();
  const app = await start();
  const issue = openIssue();
  await forge.idle();
  const opened = forge.deliveries.find(({ event }) => event === "issues")?.request.body ?? "";
  const { url, secret } = forge.world.apps.find((one) => one.webhook !== null)?.webhook ?? { url: "", secret: "" };
  const answers = Array.from({ length: 999 }, async (_, n) => {
    const body = opened.replace('"action":"opened"', `"action":"opened${n}"`);
    return (await fetch(url, signed(body, randomUUID(), "issues", secret))).status;
  });
  forge.as("alice").label(issue, "loop");
  expect((await Promise.all(answers)).filter((status) => status !== 202)).toEqual([]);
  await until(() => issue.comments.length > 0);
  await forge.idle();
  await end(app);
  expect(statusComments(issue)).toBe(1);
  await forge.idle(); // one that was on its way when the process ended is known by now, stored or not
  const stored = forge.deliveries.filter(({ response }) => response.body.startsWith("stored")).map(({ guid }) => guid);
  const sent = new Set(forge.deliveries.map(({ guid }) => guid));
  const db = new DatabaseSync(join(storeDir, "loopgate.sqlite"));
  onTestFinished(() => db.close());
  expect(rememberedTimes(db)).toBe(999 + [...sent].filter((guid) => isRemembered(db, guid)).length);
  expect(stored.filter((guid) => !isRemembered(db, guid))).toEqual([]);
});

test("F63: a label that is set and taken away twenty times at once leaves at most one loop, and it is over", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  for (let n = 0; n < 20; n++) {
    story.forge.as("alice").label(issue, "loop");
    story.forge.as("alice").unlabel(issue, "loop");
  }
  await story.settle();
  await story.advance(2 * minute);
  await story.advance(11 * minute);
  const { phase } = await story.state(issue);
  expect(["refused", "settled"]).toContain(phase);
  expect(statusComments(issue)).toBeLessThanOrEqual(1);
  expect([...story.repository.issues.values()].filter(({ pull }) => pull !== null)).toHaveLength(0);
  await story.labelAgain(issue);
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});
