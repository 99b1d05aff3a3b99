// The two mutations that REST does not have: a draft becomes ready, and a draft again.
import { describe, expect, it } from "vitest";
import { aDraft, aPlace, refused } from "./graphql-place.ts";
import { tokenClient } from "./local-forge.ts";

describe("draft and ready", () => {
  const ready = `mutation($id: ID!) {
    markPullRequestReadyForReview(input: { pullRequestId: $id, clientMutationId: "m1" }) {
      clientMutationId pullRequest { isDraft number }
    }
  }`;

  it("a draft becomes ready, and the world hears of it", async () => {
    const place = await aPlace();
    const { pull } = await aDraft(place);
    const heard: string[] = [];
    place.forge.world.listen(({ event, action }) => heard.push(`${event}.${action}`));
    expect(await place.app.graphql(ready, { id: pull.nodeId })).toEqual({
      markPullRequestReadyForReview: {
        clientMutationId: "m1",
        pullRequest: { isDraft: false, number: pull.issue.number },
      },
    });
    expect(heard).toEqual(["pull_request.ready_for_review"]);
    expect(pull.draft).toBe(false);
  });

  it("and goes back to draft", async () => {
    const place = await aPlace();
    const { pull } = await aDraft(place);
    place.forge.as("willa").markReady(pull);
    await place.app.graphql(
      `mutation($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`,
      { id: pull.nodeId },
    );
    expect(pull.draft).toBe(true);
  });

  it.each([
    ["pull requests", { pull_requests: "read", contents: "write" }],
    ["contents, which GitHub asks for too", { pull_requests: "write", contents: "read" }],
  ] as const)("a token that may not write %s is refused", async (_, permissions) => {
    const place = await aPlace();
    const { pull } = await aDraft(place);
    const [installation] = place.forge.world.installations;
    const token = place.forge.world.mintToken(installation!, { permissions });
    const { errors } = await refused(tokenClient(place.forge, token.value), ready, { id: pull.nodeId });
    expect(errors).toEqual([
      {
        type: "FORBIDDEN",
        path: ["markPullRequestReadyForReview"],
        extensions: { saml_failure: false },
        locations: [{ line: 2, column: 5 }],
        message: "Resource not accessible by integration",
      },
    ]);
    expect(pull.draft).toBe(true);
  });
});
