// GraphQL as the App reads it: real Octokit, GitHub's whole schema, answers from the forge's world.
import { describe, expect, it } from "vitest";
import { aDraft, aPlace, inDemo } from "./graphql-place.ts";
import { demo, tokenClient } from "./local-forge.ts";

describe("the App's reads", () => {
  it("a claim reads the base, a file at it and the issue with its comments at once", async () => {
    const { forge, app } = await aPlace();
    const issue = forge.as("willa").openIssue("acme/demo", { title: "add subtracts", body: "Look.", labels: ["bug"] });
    forge.as("rex").comment(issue, "I see it too.");
    await app.rest.issues.createComment({ ...demo, issue_number: issue.number, body: "Queued." });
    const { data: ref } = await app.rest.git.getRef({ ...demo, ref: "heads/main" });
    const answer = await app.graphql(
      inDemo(`databaseId nameWithOwner isPrivate
        defaultBranchRef { name prefix target { oid ... on Commit { messageHeadline parents(first: 1) { totalCount } } } }
        object(expression: "main:src/add.js") { __typename ... on Blob { text byteSize isTruncated isBinary } }
        issue(number: ${issue.number}) {
          id title body state stateReason locked author { __typename login }
          labels(first: 10) { nodes { name } }
          comments(last: 10) {
            totalCount pageInfo { hasPreviousPage }
            nodes { databaseId author { __typename login } authorAssociation body viewerDidAuthor lastEditedAt }
          }
        }`),
    );
    expect(answer).toEqual({
      repository: {
        databaseId: forge.repository("acme/demo").id,
        nameWithOwner: "acme/demo",
        isPrivate: false,
        defaultBranchRef: {
          name: "main",
          prefix: "refs/heads/",
          target: { oid: ref.object.sha, messageHeadline: "Initial commit", parents: { totalCount: 0 } },
        },
        object: {
          __typename: "Blob",
          text: "export const add = (a, b) => a - b;\n",
          byteSize: 36,
          isTruncated: false,
          isBinary: false,
        },
        issue: {
          id: issue.nodeId,
          title: "add subtracts",
          body: "Look.",
          state: "OPEN",
          stateReason: null,
          locked: false,
          author: { __typename: "User", login: "willa" },
          labels: { nodes: [{ name: "bug" }] },
          comments: {
            totalCount: 2,
            pageInfo: { hasPreviousPage: false },
            nodes: [
              {
                databaseId: issue.comments[0]?.id,
                author: { __typename: "User", login: "rex" },
                authorAssociation: "COLLABORATOR",
                body: "I see it too.",
                viewerDidAuthor: false,
                lastEditedAt: null,
              },
              {
                databaseId: issue.comments[1]?.id,
                author: { __typename: "Bot", login: forge.app.slug },
                authorAssociation: "NONE",
                body: "Queued.",
                viewerDidAuthor: true,
                lastEditedAt: null,
              },
            ],
          },
        },
      },
    });
  });

  it("a verdict reads every check and status of a commit, from whom, and whether it is required", async () => {
    const place = await aPlace();
    const { forge, app, repository } = place;
    const { pull, head } = await aDraft(place);
    forge.world.setRule(forge.as("ada").actor, repository, "main", {
      requiredChecks: [
        { context: "loop / review", appId: forge.app.id },
        { context: "lint", appId: forge.ciApp.id },
        { context: "old", appId: null },
      ],
    });
    const notes = [
      { path: "src/add.js", start_line: 1, end_line: 2, annotation_level: "failure" as const, message: "No" },
    ];
    const output = { title: "Wrong", summary: "It subtracts", annotations: notes };
    const check = { ...demo, head_sha: head, status: "completed" as const };
    await app.rest.checks.create({ ...check, name: "loop / review", conclusion: "failure", output });
    await app.rest.checks.create({ ...check, name: "lint", conclusion: "success" });
    await tokenClient(forge, forge.as("willa").token).rest.repos.createCommitStatus({
      ...demo,
      sha: head,
      state: "success",
      context: "old",
    });
    const required = `isRequired(pullRequestNumber: ${pull.issue.number})`;
    const answer = await app.graphql(
      inDemo(`object(oid: "${head}") { ... on Commit { statusCheckRollup {
        state
        contexts(first: 50) { totalCount checkRunCount nodes {
          __typename
          ... on CheckRun {
            name status conclusion title summary ${required}
            checkSuite { app { databaseId slug } }
            annotations(first: 5) { nodes { path message annotationLevel location { start { line } end { line } } } }
          }
          ... on StatusContext { context state creator { login } ${required} }
        } }
      } } }`),
    );
    const ours = { app: { databaseId: forge.app.id, slug: forge.app.slug } };
    const done = { __typename: "CheckRun", status: "COMPLETED", checkSuite: ours };
    const place1 = { start: { line: 1 }, end: { line: 2 } };
    const note = { path: "src/add.js", message: "No", annotationLevel: "FAILURE", location: place1 };
    expect(answer).toEqual({
      repository: {
        object: {
          statusCheckRollup: {
            state: "FAILURE",
            contexts: {
              totalCount: 3,
              checkRunCount: 2,
              nodes: [
                {
                  ...done,
                  name: "loop / review",
                  conclusion: "FAILURE",
                  title: "Wrong",
                  summary: "It subtracts",
                  isRequired: true,
                  annotations: { nodes: [note] },
                },
                {
                  ...done,
                  name: "lint",
                  conclusion: "SUCCESS",
                  title: null,
                  summary: null,
                  isRequired: true, // by name: only the CI's App may report it, which is told by the rules
                  annotations: { nodes: [] },
                },
                {
                  __typename: "StatusContext",
                  context: "old",
                  state: "SUCCESS",
                  creator: { login: "willa" },
                  isRequired: true,
                },
              ],
            },
          },
        },
      },
    });
  });

  it("a gate reads the head, and each review with its commit and what its author may do", async () => {
    const place = await aPlace();
    const { forge, app } = place;
    forge.holdBackground();
    const { pull, head } = await aDraft(place);
    forge.as("willa").review(pull, { body: "still thinking" }); // pending: nobody else sees it
    forge.as("ada").requestChanges(pull, "Why?");
    forge.as("rex").approve(pull);
    const answer = await app.graphql(
      inDemo(`pullRequest(number: ${pull.issue.number}) {
        headRefOid headRefName baseRefName isDraft merged state mergeable reviewDecision
        author { __typename login }
        reviews(last: 10) { nodes { state author { login } authorCanPushToRepository commit { oid } body } }
        commits(last: 1) { totalCount nodes { commit { oid message } } }
        reviewRequests(first: 5) { totalCount }
      }`),
    );
    expect(answer).toEqual({
      repository: {
        pullRequest: {
          headRefOid: head,
          headRefName: "loop/1",
          baseRefName: "main",
          isDraft: true,
          merged: false,
          state: "OPEN",
          mergeable: "UNKNOWN",
          reviewDecision: "CHANGES_REQUESTED",
          author: { __typename: "Bot", login: forge.app.slug },
          reviews: {
            nodes: [
              {
                state: "CHANGES_REQUESTED",
                author: { login: "ada" },
                authorCanPushToRepository: true,
                commit: { oid: head },
                body: "Why?",
              },
              {
                state: "APPROVED",
                author: { login: "rex" },
                authorCanPushToRepository: false,
                commit: { oid: head },
                body: "",
              },
            ],
          },
          commits: { totalCount: 1, nodes: [{ commit: { oid: head, message: "Fix add" } }] },
          reviewRequests: { totalCount: 0 },
        },
      },
    });
  });

  it("an edited comment tells who edited it last (T16)", async () => {
    const { forge, app } = await aPlace();
    const issue = forge.as("ada").openIssue("acme/demo", { title: "x" });
    await app.rest.issues.createComment({ ...demo, issue_number: issue.number, body: "Record." });
    forge.as("willa").editComment(issue.comments[0]!, "Forged.");
    const found = await app.graphql(
      `query($id: ID!) { node(id: $id) { ... on IssueComment { author { login } editor { login } body lastEditedAt } } }`,
      { id: issue.comments[0]?.nodeId },
    );
    expect(found).toEqual({
      node: {
        author: { login: forge.app.slug },
        editor: { login: "willa" },
        body: "Forged.",
        lastEditedAt: expect.any(String),
      },
    });
  });

  it("every node id that REST shows leads to the same thing here", async () => {
    const place = await aPlace();
    const { forge, app } = place;
    const issue = forge.as("ada").openIssue("acme/demo", { title: "x", labels: ["bug"] });
    const { pull, head } = await aDraft(place);
    const run = await app.rest.checks.create({ ...demo, name: "review", head_sha: head });
    const review = forge.as("ada").approve(pull);
    const ids = [
      (await app.rest.repos.get(demo)).data.node_id,
      (await app.rest.issues.get({ ...demo, issue_number: issue.number })).data.node_id,
      (await app.rest.issues.get({ ...demo, issue_number: pull.issue.number })).data.node_id,
      (await app.rest.pulls.get({ ...demo, pull_number: pull.issue.number })).data.node_id,
      (await app.rest.issues.listLabelsOnIssue({ ...demo, issue_number: issue.number })).data[0]?.node_id,
      (await app.rest.pulls.getReview({ ...demo, pull_number: pull.issue.number, review_id: review.id })).data.node_id,
      run.data.node_id,
      (await app.rest.users.getByUsername({ username: "ada" })).data.node_id,
    ];
    const { nodes } = await app.graphql<{ nodes: object[] }>(
      `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`,
      {
        ids,
      },
    );
    const types = [
      "Repository",
      "Issue",
      "PullRequest",
      "PullRequest",
      "Label",
      "PullRequestReview",
      "CheckRun",
      "User",
    ];
    expect(nodes).toEqual(ids.map((id, index) => ({ __typename: types[index], id })));
  });

  it("long lists come in pages, each beginning where the last one ended", async () => {
    const { forge, app } = await aPlace();
    const issue = forge.as("ada").openIssue("acme/demo", { title: "x" });
    for (const n of [1, 2, 3]) forge.as("ada").comment(issue, `${n}`);
    const page = (args: string) =>
      inDemo(`issue(number: 1) { comments(${args}) { nodes { body } pageInfo { endCursor hasNextPage } } }`);
    type Page = { repository: { issue: { comments: { nodes: object[]; pageInfo: { endCursor: string } } } } };
    const first = (await app.graphql<Page>(page("first: 2"))).repository.issue.comments;
    expect(first).toMatchObject({ nodes: [{ body: "1" }, { body: "2" }], pageInfo: { hasNextPage: true } });
    const { repository } = await app.graphql<Page>(page(`first: 2, after: "${first.pageInfo.endCursor}"`));
    expect(repository.issue.comments).toMatchObject({ nodes: [{ body: "3" }], pageInfo: { hasNextPage: false } });
  });

  it("the rate limit is the one in the headers", async () => {
    const { app } = await aPlace();
    const answer = await app.request("POST /graphql", { query: "{ rateLimit { limit used remaining cost } }" });
    const { limit, used, remaining } = (answer.data as { data: { rateLimit: Record<string, number> } }).data.rateLimit;
    expect([limit, used, remaining].map(String)).toEqual(
      ["limit", "used", "remaining"].map((name) => answer.headers[`x-ratelimit-${name}`]),
    );
  });
});
