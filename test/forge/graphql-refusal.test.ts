// What GraphQL refuses, as GitHub refuses it, and what the forge does not pretend to serve.
import { describe, expect, it } from "vitest";
import { aDraft, aPlace, inDemo, refused } from "./graphql-place.ts";
import { aForge, demo, tokenClient } from "./local-forge.ts";

describe("what GitHub refuses", () => {
  it("a field that its schema does not have", async () => {
    const { app } = await aPlace();
    const { errors, data } = await refused(app, inDemo("idea"));
    expect(data).toBeUndefined();
    expect(errors).toEqual([
      {
        extensions: { code: "undefinedField", typeName: "Repository", fieldName: "idea" },
        locations: [{ line: 1, column: 51 }],
        message: "Field 'idea' doesn't exist on type 'Repository'",
      },
    ]);
  });

  it.each([
    ["a query that does not parse", "query {", {}, /Syntax Error/],
    [
      "a variable of another type",
      "query($n: Int!) { repository(owner: $n, name: $n) { id } }",
      { n: 1 },
      /used in position/,
    ],
    ["no query at all", "", {}, /query attribute must be specified/],
  ])("%s", async (_, query, variables, message) => {
    const { app } = await aPlace();
    const { errors } = await refused(app, query, variables);
    expect(errors[0]?.message).toMatch(message);
  });

  it.each([
    [
      "a repository that is not there",
      `query { repository(owner: "acme", name: "none") { id } }`,
      "Could not resolve to a Repository with the name 'acme/none'.",
    ],
    [
      "an issue that is not there",
      inDemo("issue(number: 9) { id }"),
      "Could not resolve to an Issue with the number of 9.",
    ],
    [
      "a node that is not there",
      `{ node(id: "I_none") { id } }`,
      "Could not resolve to a node with the global id of 'I_none'",
    ],
  ])("%s is NOT_FOUND", async (_, query, message) => {
    const { app } = await aPlace();
    const { errors } = await refused(app, query);
    expect(errors).toMatchObject([{ type: "NOT_FOUND", message }]);
  });

  it("a repository outside the installation, and its nodes, as if they were not there", async () => {
    const { forge, app } = await aPlace();
    const foreign = await forge.createRepository({
      owner: "other",
      name: "secret",
      private: true,
      installed: false,
      collaborators: { olga: "admin" },
    });
    const issue = forge.as("olga").openIssue(foreign, { title: "hidden" });
    const byName = await refused(app, `query { repository(owner: "other", name: "secret") { id } }`);
    expect(byName).toMatchObject({ data: { repository: null }, errors: [{ type: "NOT_FOUND" }] });
    const byId = await refused(app, `query($id: ID!) { node(id: $id) { id } }`, { id: issue.nodeId });
    expect(byId).toMatchObject({
      data: { node: null },
      errors: [{ type: "NOT_FOUND", message: expect.stringContaining("global id") }],
    });
  });

  it("what the token's permissions do not cover, while the rest is answered", async () => {
    const place = await aPlace();
    const { forge, app } = place;
    const issue = forge.as("ada").openIssue("acme/demo", { title: "x" });
    const { head } = await aDraft(place);
    await app.rest.checks.create({ ...demo, name: "review", head_sha: head });
    const [installation] = forge.world.installations;
    const token = forge.world.mintToken(installation!, { permissions: { contents: "read" } });
    const rollup = "statusCheckRollup { contexts(first: 9) { totalCount nodes { __typename } } }";
    const fields = `issue(number: ${issue.number}) { id } object(oid: "${head}") { ... on Commit { ${rollup} } }`;
    const { errors, data } = await refused(tokenClient(forge, token.value), inDemo(fields));
    const at = ["repository", "object", "statusCheckRollup", "contexts", "nodes", 0];
    expect(errors.map(({ type, path }) => ({ type, path }))).toEqual([
      { type: "FORBIDDEN", path: ["repository", "issue"] },
      { type: "FORBIDDEN", path: at },
    ]);
    const contexts = { totalCount: 1, nodes: [null] };
    expect(data).toEqual({ repository: { issue: null, object: { statusCheckRollup: { contexts } } } });
  });

  it.each([
    ["no size", "labels { nodes { name } }", "MISSING_PAGINATION_BOUNDARIES"],
    ["a size over 100", "labels(first: 101) { nodes { name } }", "EXCESSIVE_PAGINATION"],
    ["a cursor of nothing", `labels(first: 1, after: "x") { nodes { name } }`, "INVALID_CURSOR_ARGUMENTS"],
  ])("a page with %s", async (_, field, type) => {
    const { app } = await aPlace();
    const { errors } = await refused(app, inDemo(field));
    expect(errors).toMatchObject([{ type }]);
  });

  it("a call without a token", async () => {
    const { forge } = await aPlace();
    const call = tokenClient(forge).graphql("{ viewer { login } }");
    await expect(call).rejects.toMatchObject({ status: 401 });
  });

  it("calls beyond the hour's limit, with HTTP 200", async () => {
    const forge = await aForge({ limits: { primaryPerHour: 1 } });
    const client = tokenClient(forge, forge.as("ada").token);
    expect(await client.graphql("{ viewer { login } }")).toEqual({ viewer: { login: "ada" } });
    const { errors } = await refused(client, "{ viewer { login } }");
    expect(errors).toMatchObject([{ type: "RATE_LIMIT", message: expect.stringContaining("API rate limit exceeded") }]);
  });
});

describe("what the forge does not serve", () => {
  it("a field of GitHub's schema without a resolver is an error, not a silent null", async () => {
    const { app } = await aPlace();
    const { errors, data } = await refused(app, inDemo("id licenseInfo { name }"));
    expect(errors).toMatchObject([
      {
        type: "NOT_SERVED_BY_FORGE",
        path: ["repository", "licenseInfo"],
        message: expect.stringContaining("licenseInfo"),
      },
    ]);
    expect(data).toMatchObject({ repository: { licenseInfo: null } });
  });

  it("an argument that no resolver looks at is an error, not an answer to another question", async () => {
    const { app } = await aPlace();
    const order = "orderBy: { field: UPDATED_AT, direction: DESC }";
    const { errors } = await refused(app, inDemo(`pullRequests(first: 1, ${order}) { totalCount }`));
    expect(errors).toMatchObject([{ type: "NOT_SERVED_BY_FORGE", message: expect.stringContaining("orderBy") }]);
  });

  it("a mutation that is not served changes nothing", async () => {
    const { forge, app } = await aPlace();
    const issue = forge.as("ada").openIssue("acme/demo", { title: "x" });
    const close = `mutation($id: ID!) { closeIssue(input: { issueId: $id }) { issue { state } } }`;
    const { errors } = await refused(app, close, { id: issue.nodeId });
    expect(errors).toMatchObject([{ type: "NOT_SERVED_BY_FORGE" }]);
    expect(issue.state).toBe("open");
  });
});
