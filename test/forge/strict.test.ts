// What a repository, a branch rule or a fork can make different, and how GitHub tells of it.
import { expect, test } from "vitest";
import type { Forge } from "../../src/forge/forge.ts";
import type { Pull } from "../../src/forge/model.ts";
import { aFolder, aForge, appClient, demo, gitWith, refusal, tokenClient } from "./local-forge.ts";

async function aPull(forge: Forge, options: { draft?: boolean } = {}): Promise<Pull> {
  await forge.as("willa").push("acme/demo", "work", { "a.txt": "a\n" }, "A");
  return forge.as("willa").openPull("acme/demo", { title: "Work", head: "work", base: "main", ...options });
}

const mine = (forge: Forge) => [forge.as("ada").actor, forge.repository("acme/demo")] as const;

test("a repository without drafts refuses one, and takes the same pull request ready", async () => {
  const forge = await aForge();
  forge.world.changeSettings(...mine(forge), { drafts: false });
  await forge.as("willa").push("acme/demo", "work", { "a.txt": "a\n" }, "A");
  const app = appClient(forge);
  const wanted = { ...demo, title: "Work", head: "work", base: "main" };
  const draft = await refusal(app.rest.pulls.create({ ...wanted, draft: true }));
  expect(draft).toEqual({ status: 422, message: "Draft pull requests are not supported in this repository." });
  expect((await app.rest.pulls.create(wanted)).status).toBe(201);
});

test.each([
  ["merge", { mergeCommits: false }, "Merge commits are not allowed on this repository."],
  ["squash", { squashMerges: false }, "Squash merges are not allowed on this repository."],
  ["rebase", { rebaseMerges: false }, "Rebase merges are not allowed on this repository."],
] as const)("a merge by %s is refused where the repository does not allow it", async (method, settings, message) => {
  const forge = await aForge();
  forge.world.changeSettings(...mine(forge), settings);
  const pull = await aPull(forge);
  const client = tokenClient(forge, forge.as("ada").token);
  const merge = client.rest.pulls.merge({ ...demo, pull_number: pull.issue.number, merge_method: method });
  expect(await refusal(merge)).toEqual({ status: 405, message });
  const { data } = await client.rest.repos.get(demo);
  expect([data.allow_merge_commit, data.allow_squash_merge, data.allow_rebase_merge]).toContain(false);
  const reader = await tokenClient(forge, forge.as("rex").token).rest.repos.get(demo);
  expect(Object.keys(reader.data).filter((key) => key.startsWith("allow_"))).toEqual(["allow_forking"]);
});

test.each([
  [{ linearHistory: true }, "Merge commits are not allowed on this repository."],
  [{ signatures: true }, "Commits must have verified signatures."],
  [{ mergeQueue: true }, "Changes must be made through the merge queue"],
  [{ lastPushApproval: true }, "New changes require approval from someone other than the last pusher."],
])("a rule %j keeps a merge off, and can be read", async (rule, message) => {
  const forge = await aForge();
  const pull = await aPull(forge);
  forge.as("ada").approve(pull);
  await forge.as("ada").push("acme/demo", "work", { "b.txt": "b\n" }, "B");
  forge.world.setRule(...mine(forge), "main", { ...rule, requiredApprovals: 1 });
  const client = tokenClient(forge, forge.as("ada").token);
  const merge = client.rest.pulls.merge({ ...demo, pull_number: pull.issue.number });
  expect(await refusal(merge)).toEqual({ status: 405, message });
  const { data } = await appClient(forge).request("GET /repos/{owner}/{repo}/rules/branches/{branch}", {
    ...demo,
    branch: "main",
  });
  const told = JSON.stringify(data);
  expect(told).toMatch(/required_linear_history|required_signatures|merge_queue|"require_last_push_approval":true/);
});

test("what is in a merge queue is merged in the queue's name, or out again: by its checks, a push, its own wish", async () => {
  const forge = await aForge();
  const pull = await aPull(forge);
  const told: string[] = [];
  forge.world.listen(({ action, actor, body }) => {
    if (/queued|closed/.test(action ?? "")) told.push(`${action} ${body.reason ?? ""} by ${actor.user.login}`);
  });
  const client = appClient(forge);
  const enqueue = (expectedHeadOid = pull.head.sha) =>
    client.graphql(
      "mutation($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) { mergeQueueEntry { id state } } }",
      { input: { pullRequestId: pull.nodeId, expectedHeadOid } },
    );
  const seen = async () => {
    const { node } = await client.graphql<{ node: Record<string, unknown> }>(
      `query($id: ID!) { node(id: $id) { ... on PullRequest { state isInMergeQueue mergedBy { login }
        timelineItems(itemTypes: [REMOVED_FROM_MERGE_QUEUE_EVENT], last: 1) { nodes { ... on RemovedFromMergeQueueEvent { reason } } } } } }`,
      { id: pull.nodeId },
    );
    return JSON.stringify(node);
  };
  await expect(enqueue()).rejects.toThrow("Merge queue is not enabled");
  forge.world.setRule(...mine(forge), "main", { mergeQueue: true, requiredApprovals: 1 });
  await expect(enqueue()).rejects.toThrow("At least 1 approving review");
  const approval = forge.as("ada").approve(pull);
  await expect(enqueue("0".repeat(40))).rejects.toThrow("Head branch was modified");
  await enqueue();
  await expect(enqueue()).rejects.toThrow("already in the merge queue");
  await forge.world.endQueue(pull, "CI_FAILURE");
  expect(await seen()).toMatch(/"OPEN","isInMergeQueue":false.*"failed_checks"/);
  await enqueue();
  await forge.as("willa").push("acme/demo", "work", { "b.txt": "b\n" }, "B");
  await enqueue();
  await client.graphql("mutation($id: ID!) { dequeuePullRequest(input: { id: $id }) { clientMutationId } }", {
    id: pull.nodeId,
  });
  await enqueue();
  await forge.world.endQueue(pull, "MERGE");
  expect(await seen()).toMatch(/"MERGED","isInMergeQueue":false,"mergedBy":\{"login":"github-merge-queue"\}.*"merged"/);
  expect(approval.state).toBe("APPROVED");
  expect(told.map((one) => one.replace(forge.app.slug, "app"))).toEqual([
    "enqueued  by app[bot]",
    "dequeued CI_FAILURE by github-merge-queue[bot]",
    "enqueued  by app[bot]",
    "dequeued BRANCH_PROTECTIONS by willa",
    "enqueued  by app[bot]",
    "dequeued MANUAL by app[bot]",
    "enqueued  by app[bot]",
    "dequeued MERGE by github-merge-queue[bot]",
    "closed  by github-merge-queue[bot]",
  ]);
});

test("a push that changes what is asked for dismisses approvals, and a merge of the base alone keeps them", async () => {
  const forge = await aForge();
  const pull = await aPull(forge);
  const review = forge.as("ada").approve(pull);
  forge.world.setRule(...mine(forge), "main", { dismissStale: true });
  await forge.as("ada").push("acme/demo", "main", { "b.txt": "b\n" }, "B");
  await forge.world.updateBranch(forge.as("willa").actor, pull);
  expect(review.state).toBe("APPROVED");
  await forge.as("willa").push("acme/demo", "work", { "a.txt": "other\n" }, "A again");
  expect(review.state).toBe("DISMISSED");
  forge.world.setRule(...mine(forge), "main", { dismissStale: false });
  const later = forge.as("ada").approve(pull);
  await forge.as("willa").push("acme/demo", "work", { "a.txt": "another\n" }, "And again");
  expect(later.state).toBe("APPROVED");
});

test("whether it merges is unknown at first, in REST and in GraphQL, and again when the base has moved", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  forge.holdBackground();
  const pull = await aPull(forge);
  const number = pull.issue.number;
  const query = `query { repository(owner: "acme", name: "demo") { pullRequest(number: ${number}) {
    mergeable mergeStateStatus } } }`;
  type Answer = { repository: { pullRequest: { mergeable: string; mergeStateStatus: string } } };
  const ask = async () => Object.values((await app.graphql<Answer>(query)).repository.pullRequest);
  expect(await ask()).toEqual(["UNKNOWN", "UNKNOWN"]);
  forge.releaseBackground();
  await forge.idle();
  expect(await ask()).toEqual(["MERGEABLE", "CLEAN"]);
  forge.world.setRule(...mine(forge), "main", { upToDate: true });
  await forge.as("ada").push("acme/demo", "main", { "b.txt": "b\n" }, "B");
  expect(await ask()).toEqual(["UNKNOWN", "UNKNOWN"]);
  await forge.idle();
  expect(await ask()).toEqual(["MERGEABLE", "BEHIND"]);
  await app.rest.pulls.updateBranch({ ...demo, pull_number: number });
  await forge.idle();
  expect(await ask()).toEqual(["MERGEABLE", "CLEAN"]);
  const update = { ...demo, pull_number: number };
  expect((await refusal(app.rest.pulls.updateBranch(update))).status).toBe(422);
  forge.world.setRule(...mine(forge), "main", { requiredChecks: [{ context: "test", appId: null }] });
  expect(await ask()).toEqual(["MERGEABLE", "BLOCKED"]);
  forge.world.setRule(...mine(forge), "main", null);
  await forge.world.createStatus(forge.as("willa").actor, forge.repository("acme/demo"), {
    sha: pull.head.sha,
    state: "failure",
    context: "lint",
  });
  expect(await ask()).toEqual(["MERGEABLE", "UNSTABLE"]);
  await forge.as("ada").push("acme/demo", "main", { "a.txt": "other\n" }, "Other");
  expect(await ask()).toEqual(["UNKNOWN", "UNKNOWN"]);
  await forge.idle();
  expect(await ask()).toEqual(["CONFLICTING", "DIRTY"]);
  expect((await refusal(app.rest.pulls.updateBranch(update))).status).toBe(422);
  const { data } = await app.rest.pulls.get(update);
  expect([data.mergeable, data.mergeable_state]).toEqual([false, "dirty"]);
});

test("a fork's branch of the same name is another head, and its pull request another one", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const fork = await forge.world.fork(forge.as("rex").actor, forge.repository("acme/demo"));
  await aPull(forge);
  await forge.as("rex").push(fork, "work", { "b.txt": "b\n" }, "B");
  const theirs = await forge.as("rex").openPull("acme/demo", { title: "Mine", head: "rex:work", base: "main" });
  const list = await app.rest.pulls.list({ ...demo, head: "acme:work" });
  expect(list.data.map((one) => one.head.label)).toEqual(["acme:work"]);
  const query = `query { repository(owner: "acme", name: "demo") { pullRequests(headRefName: "work", first: 5) {
    nodes { isCrossRepository headRepositoryOwner { login } } } } }`;
  expect(await app.graphql(query)).toEqual({
    repository: {
      pullRequests: {
        nodes: [
          { isCrossRepository: false, headRepositoryOwner: { login: "acme" } },
          { isCrossRepository: true, headRepositoryOwner: { login: "rex" } },
        ],
      },
    },
  });
  const moved = await forge.as("rex").push(fork, "work", { "b.txt": "c\n" }, "C");
  expect(theirs.head.sha).toBe(moved);
  const files = await app.rest.pulls.listFiles({ ...demo, pull_number: theirs.issue.number });
  expect(files.data.map((one) => one.filename)).toEqual(["b.txt"]);
});

test("a branch `loop` keeps `loop/1` from being made, by REST and by a push", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const sha = await forge.as("willa").push("acme/demo", "loop", { "a.txt": "a\n" }, "A");
  const made = app.rest.git.createRef({ ...demo, ref: "refs/heads/loop/1", sha });
  expect(await refusal(made)).toEqual({ status: 422, message: "Reference update failed" });
  const dir = await aFolder();
  const { token } = forge.as("willa");
  await gitWith(token, dir, ["clone", "--quiet", `${forge.url}/acme/demo.git`, "."]);
  const pushed = await gitWith(token, dir, ["push", "origin", "HEAD:refs/heads/loop/1"]);
  expect(pushed.code).not.toBe(0);
  expect(pushed.stderr.toString()).toContain("remote rejected");
});

test("a deleted issue is 410 and a transferred one redirects", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const ada = forge.as("ada");
  const other = await forge.createRepository({ owner: "acme", name: "other", collaborators: { ada: "admin" } });
  const [gone, moved] = ["Gone", "Moved"].map((title) => ada.openIssue("acme/demo", { title }));
  forge.world.deleteIssue(ada.actor, gone!);
  forge.world.transferIssue(ada.actor, moved!, other);
  const get = (issue_number: number) => app.rest.issues.get({ ...demo, issue_number });
  expect(await refusal(get(gone!.number))).toEqual({ status: 410, message: "This issue was deleted" });
  expect((await get(moved!.number)).data.html_url).toContain("/acme/other/issues/1");
});

test("one reviewer who cannot be asked refuses the whole request", async () => {
  const forge = await aForge();
  forge.createUser("stranger");
  const pull = await aPull(forge);
  const asked = { ...demo, pull_number: pull.issue.number, reviewers: ["ada", "stranger"] };
  expect((await refusal(appClient(forge).rest.pulls.requestReviewers(asked))).status).toBe(422);
  expect(pull.requestedReviewers).toEqual([]);
});

test("comments on lines are threads: a reply joins its thread, and a settled one is said to be", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const pull = await aPull(forge);
  const pull_number = pull.issue.number;
  forge.as("ada").review(pull, { event: "COMMENT", body: "", comments: [{ path: "a.txt", line: 1, body: "Why?" }] });
  const [root] = pull.reviewComments;
  const reply = { ...demo, pull_number, comment_id: root!.id, body: "Because." };
  const answered = await app.rest.pulls.createReplyForReviewComment(reply);
  expect(answered.data.in_reply_to_id).toBe(root!.id);
  const missing = app.rest.pulls.createReplyForReviewComment({ ...reply, comment_id: 1 });
  expect((await refusal(missing)).status).toBe(404);
  type Threads = { repository: { pullRequest: { reviewThreads: { nodes: { id: string }[] } } } };
  const ask = () =>
    app.graphql<Threads>(`query { repository(owner: "acme", name: "demo") { pullRequest(number: ${pull_number}) {
      reviewThreads(first: 10) { nodes { id isResolved path line comments(first: 10) { nodes { body } } } } } } }`);
  const { nodes } = (await ask()).repository.pullRequest.reviewThreads;
  expect(nodes).toMatchObject([
    { isResolved: false, path: "a.txt", line: 1, comments: { nodes: [{ body: "Why?" }, { body: "Because." }] } },
  ]);
  const heard: (string | null)[] = [];
  forge.world.listen((event) => event.event === "pull_request_review_thread" && heard.push(event.action));
  const input = `input: { threadId: "${nodes[0]!.id}" }`;
  await app.graphql(`mutation { resolveReviewThread(${input}) { thread { isResolved } } }`);
  expect((await ask()).repository.pullRequest.reviewThreads.nodes).toMatchObject([{ isResolved: true }]);
  expect(heard).toEqual(["resolved"]);
});

test("what blocks a pull request hides that it is behind", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const pull = await aPull(forge);
  await forge.as("ada").push("acme/demo", "main", { "b.txt": "b\n" }, "B");
  const state = async () => {
    await app.rest.pulls.get({ ...demo, pull_number: pull.issue.number });
    await forge.idle();
    return (await app.rest.pulls.get({ ...demo, pull_number: pull.issue.number })).data.mergeable_state;
  };
  forge.world.setRule(...mine(forge), "main", { upToDate: true, requiredApprovals: 1 });
  expect(await state()).toBe("blocked");
  forge.world.setRule(...mine(forge), "main", { upToDate: true, requiredApprovals: 0 });
  expect(await state()).toBe("behind");
});

test("a commit is merged into a branch once, and not where the two conflict", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const pull = await aPull(forge);
  const head = await forge.as("ada").push("acme/demo", "main", { "b.txt": "b\n" }, "B");
  const merging = { ...demo, base: pull.head.ref, head };
  const made = await app.rest.repos.merge(merging);
  expect([made.status, made.data.parents.length]).toEqual([201, 2]);
  expect(pull.head.sha).toBe(made.data.sha);
  expect((await app.rest.repos.merge(merging)).status).toBe(204);
  const other = await forge.as("ada").push("acme/demo", "main", { "a.txt": "other\n" }, "Other");
  expect((await refusal(app.rest.repos.merge({ ...merging, head: other }))).status).toBe(409);
});

test("labels go on and off by node id, and what is not there to be taken off is no error", async () => {
  const forge = await aForge();
  const issue = forge.as("ada").openIssue("acme/demo", { title: "Work" });
  forge.as("ada").label(issue, "loop");
  const other = forge.as("ada").openIssue("acme/demo", { title: "More" });
  const [label] = issue.labels;
  const change = (what: string) =>
    appClient(forge).graphql(
      `mutation { ${what}(input: { labelableId: "${other.nodeId}", labelIds: ["${label?.nodeId}"] }) { clientMutationId } }`,
    );
  await change("addLabelsToLabelable");
  expect(other.labels).toEqual([label]);
  await change("removeLabelsFromLabelable");
  await change("removeLabelsFromLabelable");
  expect(other.labels).toEqual([]);
});

test("a branch is not brought up to date for another head than it has", async () => {
  const forge = await aForge();
  const pull = await aPull(forge);
  await forge.as("ada").push("acme/demo", "main", { "b.txt": "b\n" }, "B");
  const update = { ...demo, pull_number: pull.issue.number, expected_head_sha: pull.base.sha };
  expect((await refusal(appClient(forge).rest.pulls.updateBranch(update))).status).toBe(422);
});

test("any writer posts a status of any name, and the newest of a name is the one that is shown", async () => {
  const forge = await aForge();
  const { head } = await aPull(forge);
  const post = (login: string, state: "failure" | "success") =>
    tokenClient(forge, forge.as(login).token).rest.repos.createCommitStatus({
      ...demo,
      sha: head.sha,
      state,
      context: "ci",
    });
  await post("ada", "failure");
  await post("willa", "success");
  expect((await refusal(post("rex", "failure"))).status).toBe(403);
  const { data } = await appClient(forge).rest.repos.getCombinedStatusForRef({ ...demo, ref: head.sha });
  expect([data.state, data.statuses.map(({ context, state }) => [context, state])]).toEqual([
    "success",
    [["ci", "success"]],
  ]);
  const all = await appClient(forge).rest.repos.listCommitStatusesForRef({ ...demo, ref: head.sha });
  expect(all.data.map(({ creator }) => creator?.login)).toEqual(["willa", "ada"]);
});

test("a renamed branch takes rules and pull requests along, and REST redirects from its old name", async () => {
  const forge = await aForge();
  const pull = await aPull(forge);
  forge.world.setRule(...mine(forge), "main", { linearHistory: true });
  await forge.world.renameBranch(...mine(forge), "main", "trunk");
  const app = appClient(forge);
  const { data: repository } = await app.rest.repos.get(demo);
  expect([repository.default_branch, pull.base.ref, pull.issue.state]).toEqual(["trunk", "trunk", "open"]);
  expect((await app.rest.repos.getBranch({ ...demo, branch: "main" })).data.name).toBe("trunk");
  const rules = await app.request("GET /repos/{owner}/{repo}/rules/branches/{branch}", { ...demo, branch: "trunk" });
  expect(JSON.stringify(rules.data)).toContain("required_linear_history");
  const ask = `query { repository(owner: "acme", name: "demo") { ref(qualifiedName: "refs/heads/main") { name } } }`;
  expect(await app.graphql(ask)).toEqual({ repository: { ref: null } });
  await forge.world.renameBranch(...mine(forge), "work", "play");
  expect(pull.issue.state).toBe("closed");
});
