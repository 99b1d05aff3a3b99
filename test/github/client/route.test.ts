// Requests are named by what they are for, so that they can be counted.
import { expect, test } from "vitest";
import { routeOf } from "../../../src/github/client/route.ts";

const api = "https://api.github.com";
const sha = "0123456789abcdef0123456789abcdef01234567";

test.each([
  [
    "GET",
    `${api}/repos/acme/shop/issues/5/comments?page=2`,
    undefined,
    "read",
    "GET /repos/{owner}/{repo}/issues/{number}/comments",
  ],
  ["POST", "http://127.0.0.1:1/api/v3/repos/a/b/pulls", "{}", "write", "POST /repos/{owner}/{repo}/pulls"],
  [
    "GET",
    `${api}/repos/a/b/collaborators/mona/permission`,
    undefined,
    "read",
    "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
  ],
  [
    "GET",
    `${api}/repos/a/b/commits/${sha}/check-runs`,
    undefined,
    "read",
    "GET /repos/{owner}/{repo}/commits/{sha}/check-runs",
  ],
  ["POST", `${api}/app/installations/7/access_tokens`, "{}", "token", "POST /app/installations/{number}/access_tokens"],
  ["DELETE", `${api}/installation/token`, undefined, "token", "DELETE /installation/token"],
  ["POST", `${api}/graphql`, JSON.stringify({ query: "\nquery ReadClaim($a: Int!) { a }" }), "query", "ReadClaim"],
  [
    "POST",
    "https://ghe.example.com/api/graphql",
    JSON.stringify({ query: "mutation MarkReady { a }" }),
    "mutation",
    "MarkReady",
  ],
  ["POST", `${api}/graphql`, JSON.stringify({ query: "{ viewer { login } }" }), "query", "unnamed"],
])("%s %s", (method, url, body, kind, route) => {
  expect(routeOf(method, url, body)).toEqual({ kind, route });
});
