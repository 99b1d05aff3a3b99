// GitHub's bad days as a test can ask for them: errors inside a 200, part of an answer, and queries that are too large.
import { expect, test } from "vitest";
import { outages } from "../../src/forge/http/outages.ts";
import { aPlace, inDemo, refused } from "./graphql-place.ts";

test.each([
  ["a time-out", outages.graphqlTimeout, undefined, /^Something went wrong .* result of a timeout/],
  [
    "a bug of GitHub's",
    outages.graphqlBug,
    undefined,
    /^Something went wrong while executing your query\. Please include/,
  ],
  ["a used-up hour", outages.graphqlRateLimited, "RATE_LIMITED", /^API rate limit exceeded/],
  ["too costly a query", outages.graphqlTooCostly, "RESOURCE_LIMITS_EXCEEDED", /^Resource limits/],
])("%s is told inside a 200, once", async (_, fault, type, words) => {
  const { forge, app } = await aPlace();
  forge.failNext("POST /graphql", fault);
  const { errors } = await refused(app, inDemo("name"));
  expect([errors[0]?.type, errors[0]?.message]).toEqual([type, expect.stringMatching(words)]);
  expect(await app.graphql(inDemo("name"))).toEqual({ repository: { name: "demo" } });
});

test("a page of the proxy's comes in place of JSON, and a secondary limit with or without its time", async () => {
  const { forge, app } = await aPlace();
  const ask = () => app.request("GET /repos/{owner}/{repo}", { owner: "acme", repo: "demo" }).catch((error) => error);
  forge.failNext("GET /repos/:owner/:repo", forge.outages.badGateway);
  const { status, response } = await ask();
  expect([status, response.data]).toEqual([502, expect.stringContaining("<center>nginx</center>")]);
  for (const seconds of [60, null]) {
    forge.failNext("GET /repos/:owner/:repo", forge.outages.secondaryLimit(seconds));
    const limited = await ask();
    expect([limited.status, limited.response.headers["retry-after"]]).toEqual([403, seconds ? "60" : undefined]);
  }
});

test("a field that is refused leaves the rest of the answer, with an error that names its path", async () => {
  const { forge, app } = await aPlace();
  forge.refuseField("Repository.labels", "FORBIDDEN");
  const query = inDemo("name labels(first: 1) { totalCount }");
  const { data, errors } = await refused(app, query);
  expect(data).toEqual({ repository: { name: "demo", labels: null } });
  const message = "Resource not accessible by integration";
  expect(errors).toMatchObject([{ type: "FORBIDDEN", path: ["repository", "labels"], message }]);
  expect(await app.graphql(query)).toMatchObject({ repository: { labels: { totalCount: 3 } } });
});

test("a query for more than half a million nodes is refused before it runs, by variables too", async () => {
  const { app } = await aPlace();
  const query = `query ($n: Int!) { repository(owner: "acme", name: "demo") { issues(first: 100) { nodes {
    comments(first: $n) { nodes { ...Edits } } } } } }
    fragment Edits on IssueComment { userContentEdits(first: 60) { nodes { id } } }`;
  const { errors } = await refused(app, query, { n: 100 });
  expect(errors).toMatchObject([
    {
      type: "MAX_NODE_LIMIT_EXCEEDED",
      message: "This query requests up to 610,100 possible nodes which exceeds the maximum limit of 500,000.",
    },
  ]);
  expect((await app.request("POST /graphql", { query, variables: { n: 80 } })).data.errors).toBeUndefined();
});

test.each([
  ["dmca", 451],
  ["tos", 403],
] as const)(
  "a repository that GitHub's staff closed (%s) answers nothing and is still listed, until it is opened",
  async (reason, status) => {
    const { forge, app, repository } = await aPlace();
    const ask = () => app.request("GET /repos/{owner}/{repo}/issues", { owner: "acme", repo: "demo" });
    forge.world.block(repository, reason);
    const refusal = await ask().catch((error) => error);
    expect([refusal.status, refusal.response.data]).toEqual([
      status,
      {
        message: "Repository access blocked",
        block: { reason, created_at: expect.stringMatching(/Z$/), html_url: expect.stringContaining(forge.url) },
      },
    ]);
    const { errors } = await refused(app, inDemo("name"));
    expect(errors).toMatchObject([{ type: "FORBIDDEN", path: ["repository"], message: "Repository access blocked" }]);
    const { data } = await app.request("GET /installation/repositories");
    expect(data.repositories.map(({ name }: { name: string }) => name)).toEqual(["demo"]);
    forge.world.block(repository, null);
    expect((await ask()).status).toBe(200);
  },
);

test("a fault can pick out a query by what its variables ask about", async () => {
  const { forge, app } = await aPlace();
  const query = 'query Named($name: String!) { repository(owner: "acme", name: $name) { name } }';
  forge.failNext(({ operation, body }) => operation === "query Named" && body.includes('"name":"demo"'), {
    status: 500,
  });
  await expect(app.graphql(query, { name: "other" })).rejects.toThrow("Could not resolve to a Repository");
  await expect(app.graphql(query, { name: "demo" })).rejects.toMatchObject({ status: 500 });
  expect(await app.graphql(query, { name: "demo" })).toEqual({ repository: { name: "demo" } });
});
