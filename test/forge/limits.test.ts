// Conditional requests, rate limits, and failures that a test asks for.
import { expect, test } from "vitest";
import { aForge, appClient, demo, refusal, tokenClient } from "./local-forge.ts";

test("a conditional request is answered 304 until something changes, and costs nothing", async () => {
  const forge = await aForge();
  const issue = forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  const client = appClient(forge);
  const get = (etag?: string) => client.issues.get({ ...demo, issue_number: 1, headers: { "if-none-match": etag } });
  const first = await get();
  const { etag = "", "x-ratelimit-remaining": before } = first.headers;
  expect(etag).toMatch(/^W\/"[0-9a-f]{64}"$/);
  const { status, response } = await get(etag).catch((error) => error);
  expect([status, response.headers["x-ratelimit-remaining"]]).toEqual([304, before]);
  forge.as("willa").edit(issue, { title: "A real bug" });
  expect((await get(etag)).data.title).toBe("A real bug");
});

test("every answer says what is left, and the limit starts again after an hour", async () => {
  let now = Date.parse("2026-03-01T12:00:00Z");
  const forge = await aForge({ clock: () => now, limits: { primaryPerHour: 2 } });
  const client = tokenClient(forge, forge.as("willa").token);
  const { headers } = await client.repos.get(demo);
  expect(headers).toMatchObject({
    "x-ratelimit-limit": "2",
    "x-ratelimit-remaining": "1",
    "x-ratelimit-used": "1",
    "x-ratelimit-resource": "core",
  });
  expect(headers["x-ratelimit-reset"]).toBe(String(now / 1_000 + 3_600));
  await client.repos.get(demo);
  const error = await client.repos.get(demo).catch((reason) => reason);
  expect([error.status, error.response.headers["x-ratelimit-remaining"]]).toEqual([403, "0"]);
  expect(error.response.data.message).toContain("API rate limit exceeded for user ID");
  expect((await client.rateLimit.get()).data.rate).toMatchObject({ used: 2, remaining: 0 });
  now += 3_600_000;
  expect((await client.repos.get(demo)).status).toBe(200);
});

test("too many writes in a minute or an hour meet the secondary limit, which says how long to wait", async () => {
  let now = Date.parse("2026-03-01T12:00:00Z");
  const forge = await aForge({ clock: () => now, limits: { contentPerMinute: 2, contentPerHour: 3 } });
  forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  const client = tokenClient(forge, forge.as("willa").token);
  const comment = () => client.issues.createComment({ ...demo, issue_number: 1, body: "Hello" });
  await comment();
  now += 20_000;
  await comment();
  const minute = await comment().catch((reason) => reason);
  expect([minute.status, minute.response.headers["retry-after"]]).toEqual([403, "40"]);
  expect(minute.response.data.message).toContain("secondary rate limit");
  await client.issues.get({ ...demo, issue_number: 1 });
  now += 40_000;
  await comment();
  now += 60_000;
  const hour = await comment().catch((reason) => reason);
  expect([hour.status, hour.response.headers["retry-after"]]).toEqual([429, "3480"]);
});

test("too many points in a minute meet the secondary limit, reads cheaper than writes", async () => {
  const forge = await aForge({ limits: { pointsPerMinute: 7 } });
  const client = tokenClient(forge, forge.as("willa").token);
  await client.issues.create({ ...demo, title: "A bug" });
  await client.repos.get(demo);
  await client.repos.get(demo);
  expect((await refusal(client.repos.get(demo))).status).toBe(403);
});

test("the next matching request fails without effect, or after it had its effect", async () => {
  const forge = await aForge();
  const issue = forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  const client = appClient(forge);
  const route = "POST /repos/:owner/:repo/issues/:number/comments";
  const comment = (body: string) => client.issues.createComment({ ...demo, issue_number: 1, body });
  forge.failNext(route, { status: 502 });
  expect((await refusal(comment("lost"))).status).toBe(502);
  forge.failNext(route, { status: 502, applyEffect: true });
  expect((await refusal(comment("made"))).status).toBe(502);
  forge.failNext(/^POST .*\/comments$/, {
    status: 403,
    headers: { "retry-after": "7" },
    body: { message: "You have exceeded a secondary rate limit" },
    times: 2,
  });
  expect((await refusal(comment("limited"))).status).toBe(403);
  expect((await refusal(comment("limited"))).message).toContain("secondary");
  await comment("at last");
  expect(issue.comments.map((one) => one.body)).toEqual(["made", "at last"]);
});

test("a connection can be cut after the effect, so that the outcome is unknown", async () => {
  const forge = await aForge();
  const issue = forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  const client = appClient(forge);
  forge.failNext(({ method }) => method === "PATCH", { status: "cut", applyEffect: true });
  const error = await client.issues.update({ ...demo, issue_number: 1, title: "Renamed" }).catch((reason) => reason);
  expect(error.response).toBeUndefined();
  expect(issue.title).toBe("Renamed");
});
