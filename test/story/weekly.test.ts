// What a team's chat hears on Monday, from the whole App.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../until.ts";
import { aStory } from "./world.ts";

const day = 24 * 3_600_000;

test("the week's message names the change that waits for its approval, then the merge", async () => {
  const heard: string[] = [];
  const chat = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    heard.push(JSON.parse(body).text);
    response.end("ok");
  });
  await new Promise<void>((done) => chat.listen(0, "127.0.0.1", done));
  onTestFinished(() => void chat.close());
  const weeklyUrl = `http://127.0.0.1:${(chat.address() as AddressInfo).port}/hook`;
  const story = await aStory({ weeklyUrl, policy: "version: 1\ngate:\n  merge: true\n" });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await story.advance(7 * day);
  await until(() => heard.length === 1);
  expect(heard[0]).toContain("*Loopgate, the week up to 2026-01-12:* no loop ended.\n*1 loop waits for a person:*\n");
  expect(heard[0]).toMatch(/<http:\/\/[^|]*\/acme\/shop\/issues\/1\|acme\/shop#1>: .*, for 6 d 23 h$|, for 7 d$/m);
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect(await story.phase(issue)).toBe("settled");
  await story.advance(7 * day);
  await until(() => heard.length === 2);
  expect(heard[1]).toMatch(
    /1 loop ended: 1 merged\. Spent: \$0\.00.*\n• acme\/shop: 1 of 1 merged.*\nNobody is waited for\.$/,
  );
});
