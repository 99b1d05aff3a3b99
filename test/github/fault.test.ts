// What each of GitHub's refusals becomes, and from when on it is worth another try.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bug } from "../../src/base/assert.ts";
import { Fault } from "../../src/base/fault.ts";
import { faultOf } from "../../src/github/fault.ts";

const now = Date.parse("2026-11-20T10:00:00Z");
const attempted = "Could not comment on acme/shop#5";
type Headers = Record<string, string>;

/** Answers each request with what its `answer` parameter says, so that the errors are Octokit's own. */
const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://here");
  const { status, headers, body } = JSON.parse(url.searchParams.get("answer") ?? String(request.headers["x-answer"]));
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
});
let octokit: Octokit;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const quiet = () => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  octokit = new Octokit({ auth: "ghs_secret", baseUrl, log });
});

afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

type Failing = () => Promise<unknown>;

function answered(status: number, message: string, headers: Headers = {}): Failing {
  const answer = JSON.stringify({ status, headers, body: { message } });
  return () => octokit.request("GET /rate_limit", { answer });
}

function queried(type: string | undefined, message: string, headers: Headers = {}): Failing {
  const body = { data: { some: "facts" }, errors: [{ type, message }] };
  return () =>
    octokit.graphql("{ viewer { login } }", {
      headers: { "x-answer": JSON.stringify({ status: 200, headers, body }) },
    });
}

async function faultFrom(failing: Failing): Promise<Fault> {
  const error = await failing().then(
    () => expect.fail("it was to fail"),
    (reason: unknown) => reason,
  );
  return faultOf(error, attempted, now);
}

const later = (kind: string, seconds?: number) => [
  kind,
  "later",
  seconds === undefined ? undefined : now + seconds * 1_000,
];
const never = (kind: string) => [kind, "never", undefined];
/** GitHub's clock is three hours behind ours: how long to wait is by its clock alone. */
const theirNow = new Date(now - 3 * 3_600_000).toUTCString();
const reset = String((now - 3 * 3_600_000 + 900_000) / 1_000);

const notListed =
  "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.";

const table: readonly [title: string, failing: Failing, expected: unknown][] = [
  ["400", answered(400, "Problems parsing JSON"), never("refused")],
  ["401: the token expired (F32)", answered(401, "Bad credentials"), later("forbidden")],
  ["403: a permission is missing (F33)", answered(403, "Resource not accessible by integration"), never("forbidden")],
  ["403: suspended (F33)", answered(403, "This installation has been suspended"), later("unavailable")],
  [
    "403: suspended, by a token from before (F33)",
    answered(403, "Sorry. This installation owned by acme suspended your access at 2026-11-20T09:00:00Z."),
    later("unavailable"),
  ],
  ["403: kept out by an IP allow list (F33)", answered(403, notListed), later("unavailable")],
  [
    "403: over 2,500 comments (F34)",
    answered(403, "Commenting is disabled on issues with more than 2500 comments"),
    never("refused"),
  ],
  [
    "403: the issue is locked (F34)",
    answered(403, "Unable to create comment because issue is locked."),
    never("refused"),
  ],
  ["403: archived (F36)", answered(403, "Repository was archived so is read-only."), never("refused")],
  [
    "403: the hour is used up (F30)",
    answered(403, "API rate limit exceeded", {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": reset,
      date: theirNow,
    }),
    later("rate_limited", 900),
  ],
  [
    "403: secondary limit with retry-after (F31)",
    answered(403, "You have exceeded a secondary rate limit", { "retry-after": "30" }),
    later("rate_limited", 30),
  ],
  [
    "403: secondary limit without (F31)",
    answered(403, "You have exceeded a secondary rate limit", {
      "x-ratelimit-remaining": "4000",
      "x-ratelimit-reset": reset,
      date: theirNow,
    }),
    later("rate_limited", 60),
  ],
  [
    "403: a reset in the past waits all the same",
    answered(403, "API rate limit exceeded", {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "1",
      date: theirNow,
    }),
    later("rate_limited", 60),
  ],
  ["429", answered(429, "Too many requests", { "retry-after": "7" }), later("rate_limited", 7)],
  ["404: gone, or not replicated yet (F29)", answered(404, "Not Found"), later("not_found")],
  ["405", answered(405, "Pull Request is not mergeable"), never("refused")],
  [
    "405: another merge came between",
    answered(405, "Base branch was modified. Review and try the merge again."),
    later("conflict"),
  ],
  ["409", answered(409, "Head branch was modified"), later("conflict")],
  ["410", answered(410, "This issue was deleted"), never("not_found")],
  ["422: too long (F34)", answered(422, "Validation Failed: body is too long"), never("refused")],
  ["422: the commit is not replicated yet (F29)", answered(422, "No commit found for SHA: abc"), later("not_found")],
  [
    "422: the branch is not replicated yet (F29)",
    answered(422, 'Validation Failed: {"resource":"PullRequest","field":"head","code":"invalid"}'),
    later("not_found"),
  ],
  [
    "422: that the branch has commits is not replicated yet (F29)",
    answered(
      422,
      'Validation Failed: {"resource":"PullRequest","code":"custom","message":"No commits between main and loop/1"}',
    ),
    later("not_found"),
  ],
  [
    "422: the pull request is not replicated yet (F29)",
    answered(422, "Could not resolve to a node with the global id of 'PR_kwDOABCD'."),
    later("not_found"),
  ],
  ["500 (F28)", answered(500, "Server Error"), later("unavailable")],
  ["502", answered(502, "Bad Gateway"), later("unavailable")],
  ["a status nobody knows", answered(418, "I'm a teapot"), never("invalid")],
  ["no answer (F27)", () => octokit.request("GET http://127.0.0.1:1/"), later("unavailable")],
  ["a failure that is no answer at all", () => Promise.reject(new TypeError("socket hang up")), later("unavailable")],
  ["query: not found", queried("NOT_FOUND", "Could not resolve to a Repository"), later("not_found")],
  ["query: kept out by an IP allow list (F33)", queried("FORBIDDEN", notListed), later("unavailable")],
  ["query: forbidden", queried("FORBIDDEN", "Resource not accessible by integration"), never("forbidden")],
  [
    "query: limited",
    queried("RATE_LIMITED", "API rate limit exceeded", {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": reset,
      date: theirNow,
    }),
    later("rate_limited", 900),
  ],
  [
    "query: a secondary limit without a type (F31)",
    queried(undefined, "You have exceeded a secondary rate limit. Please wait a few minutes.", { "retry-after": "60" }),
    later("rate_limited", 60),
  ],
  [
    "query: a secondary limit that does not say for how long (F31)",
    queried("FORBIDDEN", "You have triggered an abuse detection mechanism"),
    later("rate_limited", 60),
  ],
  [
    "query: too much at this moment",
    queried("RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded."),
    later("unavailable"),
  ],
  [
    "query: too slow",
    queried(undefined, "We couldn't respond to your request in time. Sorry about that."),
    later("unavailable"),
  ],
  ["query: declined", queried("UNPROCESSABLE", "Pull request is not a draft"), never("refused")],
  [
    "query: GitHub's own failure",
    queried(undefined, "Something went wrong while executing your query"),
    later("unavailable"),
  ],
  ["query: not understood", queried("undefinedField", "Field 'x' doesn't exist on type 'Query'"), never("invalid")],
];

test.each(table)("%s", async (_, failing, expected) => {
  const fault = await faultFrom(failing);
  expect([fault.kind, fault.retry, fault.retryAt]).toEqual(expected);
  expect(fault.cause).toBeInstanceOf(Error);
});

test("the message says what was attempted, what was answered and what happens now, and no secret (I22)", async () => {
  const limit = await faultFrom(answered(429, "Slow down - https://docs.github.com/rest", { "retry-after": "60" }));
  expect(limit.message).toBe(
    "Could not comment on acme/shop#5: GitHub answered 429: Slow down. It may work after 2026-11-20T10:01:00.000Z.",
  );
  const missing = await faultFrom(answered(404, "Not Found"));
  expect(missing.message).toBe("Could not comment on acme/shop#5: GitHub answered 404: Not Found. It may work later.");
  const long = await faultFrom(answered(422, `no\n${"x".repeat(1_000)}`));
  expect(long.message.length).toBeLessThan(420);
  expect(long.message).toMatch(/^[^\n]+ It is not tried again by itself\.$/);
  expect(inspect(limit, { depth: 10, showHidden: true })).not.toContain("ghs_secret");
});

test("a fault stays as it is and a bug stays a bug", () => {
  const fault = new Fault("said", { kind: "refused", retry: "never" });
  expect(faultOf(fault, attempted, now)).toBe(fault);
  expect(() => faultOf(new Bug("ours"), attempted, now)).toThrow(Bug);
});
