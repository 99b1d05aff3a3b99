// `/loop status`: the answer says what is left of GitHub's limits, and asks GitHub nothing for it.
import { expect, test } from "vitest";
import { aStory } from "./world.ts";

test("/loop status says what is left of GitHub's limits, at no request more than the answer itself", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const writes = story.requests.filter(({ kind }) => kind === "write" || kind === "mutation").length;
  const before = story.requests.length;
  story.forge.as("bob").comment(issue, "/loop status");
  await story.settle();
  const routes = story.requests.slice(before).map(({ route }) => route);
  expect(routes).toEqual([
    "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
    "POST /repos/{owner}/{repo}/issues/comments/{number}/reactions",
    "POST /repos/{owner}/{repo}/issues/{number}/comments",
  ]);
  const [, requests, left] =
    /^- Left of GitHub's limits: (\d+) of 5000 requests until \d{4}-\d\d-\d\d \d\d:\d\d UTC, and (\d+) of 500 writes within an hour$/m.exec(
      story.comments(issue).at(-1) ?? "",
    ) ?? [];
  // The answer cannot count itself; the reaction before it is counted.
  expect(Number(left)).toBe(500 - writes - 1);
  expect(Number(requests)).toBeLessThanOrEqual(5000 - writes - 1);
  expect(Number(requests)).toBeGreaterThan(4900);
});
