// Pull requests over REST and by people: opening, draft and ready, reviews, reviewers, files, merging.
import { expect, test } from "vitest";
import { knownMergeability } from "../../src/forge/actions/merge-state.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { aForge, appClient, demo, refusal } from "./local-forge.ts";

const fixed = { "src/add.js": "export const add = (a, b) => a + b;\n" };

async function aPull(forge: Forge, branch = "fix") {
  await forge.as("willa").push("acme/demo", branch, fixed, "Add instead of subtract");
  const { data } = await appClient(forge).pulls.create({
    ...demo,
    head: branch,
    base: "main",
    title: "Fix add",
    body: "Closes #1",
    draft: true,
  });
  return {
    client: appClient(forge),
    on: { ...demo, pull_number: data.number },
    pull: forge.repository("acme/demo").issues.get(data.number)!.pull!,
  };
}

test("a draft pull request is opened once per head, and found by its head", async () => {
  const forge = await aForge();
  const { client, pull } = await aPull(forge);
  expect(pull).toMatchObject({ draft: true, stats: { commits: 1, additions: 1, deletions: 1, changedFiles: 1 } });
  const again = await refusal(client.pulls.create({ ...demo, head: "fix", base: "main", title: "Again" }));
  expect(again).toEqual({ status: 422, message: "Validation Failed" });
  const listed = async (head: string) => (await client.pulls.list({ ...demo, head })).data.map((one) => one.number);
  expect([await listed("acme:fix"), await listed("acme:other"), await listed("other:fix")]).toEqual([
    [pull.issue.number],
    [],
    [],
  ]);
});

test("a head without commits of its own, or that is not there, is refused", async () => {
  const forge = await aForge();
  const client = appClient(forge);
  const { data } = await client.git.getRef({ ...demo, ref: "heads/main" });
  await client.git.createRef({ ...demo, ref: "refs/heads/same", sha: data.object.sha });
  const open = (head: string) => client.pulls.create({ ...demo, head, base: "main", title: "Nothing" });
  expect((await refusal(open("same"))).status).toBe(422);
  expect((await refusal(open("missing"))).status).toBe(422);
  expect(forge.repository("acme/demo").issues.size).toBe(0);
});

test("mergeable is null until it is computed, false on a conflict", async () => {
  const forge = await aForge();
  forge.holdBackground();
  const { client, on } = await aPull(forge);
  expect((await client.pulls.get(on)).data.mergeable).toBeNull();
  forge.releaseBackground();
  await forge.idle();
  expect((await client.pulls.get(on)).data).toMatchObject({ mergeable: true, mergeable_state: "draft" });
  await forge.as("ada").push("acme/demo", "main", { "src/add.js": "export const add = () => 0;\n" }, "Conflict");
  expect((await client.pulls.get(on)).data.mergeable).toBeNull();
  await forge.idle();
  expect((await client.pulls.get(on)).data).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
});

test("GitHub begins to find out whether it merges when it is opened, pushed to or retargeted, and not when its base moves", async () => {
  const forge = await aForge();
  const { client, on, pull } = await aPull(forge);
  const known = async () => {
    await forge.idle();
    return knownMergeability(pull)?.mergeable ?? null;
  };
  expect(await known()).toBe(true);
  await forge.as("ada").push("acme/demo", pull.head.ref, { "more.txt": "more\n" }, "More");
  expect(await known()).toBe(true);
  await forge.as("ada").push("acme/demo", "next", { "next.txt": "next\n" }, "Next");
  await client.pulls.update({ ...on, base: "next" });
  expect(await known()).toBe(true);
  await forge.as("ada").push("acme/demo", "next", { "next.txt": "after\n" }, "After");
  expect(await known()).toBe(null);
  await client.pulls.get(on);
  expect(await known()).toBe(true);
});

test("files and commits of a pull request are listed with their patch", async () => {
  const forge = await aForge();
  const { client, on, pull } = await aPull(forge);
  const { data: files } = await client.pulls.listFiles(on);
  expect(files.map((file) => [file.filename, file.status, file.additions, file.deletions])).toEqual([
    ["src/add.js", "modified", 1, 1],
  ]);
  expect(files[0]?.patch).toBe(
    "@@ -1 +1 @@\n-export const add = (a, b) => a - b;\n+export const add = (a, b) => a + b;",
  );
  const { data: commits } = await client.pulls.listCommits(on);
  expect(commits.map((one) => [one.sha, one.commit.message, one.author?.login])).toEqual([
    [pull.head.sha, "Add instead of subtract", "willa"],
  ]);
});

test("a push to the head moves it, and says so", async () => {
  const forge = await aForge();
  const { client, on, pull } = await aPull(forge);
  const heard: string[] = [];
  forge.world.listen((event) => heard.push(`${event.event} ${event.action ?? ""}`.trim()));
  const before = pull.head.sha;
  const sha = await forge.as("willa").push("acme/demo", "fix", { "NEWS.md": "fixed\n" }, "Say so");
  expect((await client.pulls.get(on)).data).toMatchObject({ head: { sha }, commits: 2, changed_files: 2 });
  expect(heard).toEqual(["push", "pull_request synchronize", "check_suite requested"]);
  expect(pull.issue.timeline.at(-1)?.what).toEqual({ kind: "head_moved", from: before, to: sha });
});

test("reviewers are asked, review the commit they saw, and nobody approves their own", async () => {
  const forge = await aForge();
  const { client, on, pull } = await aPull(forge);
  await client.pulls.requestReviewers({ ...on, reviewers: ["ada", "willa"] });
  expect((await refusal(client.pulls.requestReviewers({ ...on, reviewers: ["nobody"] }))).status).toBe(422);
  const old = pull.head.sha;
  await forge.as("willa").push("acme/demo", "fix", { "NEWS.md": "fixed\n" }, "Say so");
  forge.as("ada").approve(pull, { commit: old });
  forge.as("willa").requestChanges(pull, "Please add a test.");
  expect((await refusal(client.pulls.createReview({ ...on, event: "APPROVE" }))).status).toBe(422);
  const { data } = await client.pulls.listReviews(on);
  expect(data.map((review) => [review.user?.login, review.state, review.commit_id === old])).toEqual([
    ["ada", "APPROVED", true],
    ["willa", "CHANGES_REQUESTED", false],
  ]);
  expect(pull.requestedReviewers).toEqual([]);
  await client.pulls.dismissReview({ ...on, review_id: data[0]!.id, message: "Stale" });
  expect(pull.reviews[0]?.state).toBe("DISMISSED");
});

test("a pull request is ready or draft as the world's actions say, one event each", async () => {
  const forge = await aForge();
  const { pull } = await aPull(forge);
  const heard: (string | null)[] = [];
  forge.world.listen((event) => heard.push(event.action));
  forge.as("willa").markReady(pull);
  expect(() => forge.as("willa").markReady(pull)).toThrow("already ready");
  forge.world.convertToDraft(forge.as("ada").actor, pull);
  expect(heard).toEqual(["ready_for_review", "converted_to_draft"]);
});

test("a merge is refused for a draft and for another head, then moves the base and closes what it fixes", async () => {
  const forge = await aForge();
  const issue = forge.as("willa").openIssue("acme/demo", { title: "add is wrong" });
  const { client, on, pull } = await aPull(forge);
  expect(await refusal(client.pulls.merge(on))).toEqual({ status: 405, message: "Pull Request is still a draft" });
  forge.as("willa").markReady(pull);
  expect((await refusal(client.pulls.merge({ ...on, sha: "0".repeat(40) }))).status).toBe(409);
  const { data } = await client.pulls.merge({ ...on, sha: pull.head.sha });
  expect(pull).toMatchObject({ merged: true, mergeCommitSha: data.sha, issue: { state: "closed" } });
  expect((await client.git.getRef({ ...demo, ref: "heads/main" })).data.object.sha).toBe(data.sha);
  expect(issue.state).toBe("closed");
  expect((await client.pulls.checkIfMerged(on)).status).toBe(204);
});

test("a branch rule keeps a merge waiting for its checks and approvals", async () => {
  const forge = await aForge();
  const { client, on, pull } = await aPull(forge);
  forge.as("willa").markReady(pull);
  const rule = { requiredChecks: [{ context: "ci / test", appId: forge.ciApp.id }], requiredApprovals: 1 };
  forge.world.setRule(forge.as("ada").actor, forge.repository("acme/demo"), "main", rule);
  const { data: rules } = await client.repos.getBranchRules({ ...demo, branch: "main" });
  expect(rules.map((one) => one.type)).toEqual([
    "non_fast_forward",
    "deletion",
    "required_status_checks",
    "pull_request",
  ]);
  expect((await refusal(client.pulls.merge(on))).message).toBe('Required status check "ci / test" is expected.');
  const green = { name: "ci / test", headSha: pull.head.sha, conclusion: "success" } as const;
  await client.checks.create({ ...demo, name: "ci / test", head_sha: pull.head.sha, conclusion: "success" });
  expect((await refusal(client.pulls.merge(on))).message).toBe('Required status check "ci / test" is expected.');
  await forge.world.createCheckRun(forge.world.actorOf(forge.ciApp), pull.issue.repository, green);
  expect((await refusal(client.pulls.merge(on))).message).toContain("At least 1 approving review");
  forge.as("ada").approve(pull);
  expect((await client.pulls.merge(on)).data.merged).toBe(true);
});

test("deleting the head branch closes the pull request", async () => {
  const forge = await aForge();
  const { pull } = await aPull(forge);
  await forge.as("willa").deleteBranch("acme/demo", "fix");
  expect(pull.issue).toMatchObject({ state: "closed" });
  expect(pull.merged).toBe(false);
});

test("labels and edits of a pull request are pull request events", async () => {
  const forge = await aForge();
  const { client, pull } = await aPull(forge);
  const heard: string[] = [];
  forge.world.listen((event) => heard.push(`${event.event} ${event.action}`));
  await client.issues.addLabels({ ...demo, issue_number: pull.issue.number, labels: ["loop"] });
  await client.pulls.update({ ...demo, pull_number: pull.issue.number, title: "Fix addition" });
  await client.issues.createComment({ ...demo, issue_number: pull.issue.number, body: "Done" });
  expect(heard).toEqual(["pull_request labeled", "pull_request edited", "issue_comment created"]);
});

test("check runs are made, changed by their App only, and complete their suite", async () => {
  const forge = await aForge();
  const { client, pull } = await aPull(forge);
  const head = { ...demo, head_sha: pull.head.sha };
  const heard: string[] = [];
  forge.world.listen((event) => heard.push(`${event.event} ${event.action}`));
  const annotation = {
    path: "src/add.js",
    start_line: 1,
    end_line: 1,
    annotation_level: "warning" as const,
    message: "Hm",
  };
  const { data: run } = await client.checks.create({
    ...head,
    name: "loop / review",
    external_id: "run-1",
    status: "in_progress",
  });
  expect(run).toMatchObject({
    status: "in_progress",
    conclusion: null,
    external_id: "run-1",
    app: { slug: "loopgate" },
  });
  const done = { title: "Good", summary: "Nothing found", annotations: [annotation] };
  await client.checks.update({ ...demo, check_run_id: run.id, conclusion: "success", output: done });
  expect((await client.checks.get({ ...demo, check_run_id: run.id })).data).toMatchObject({
    status: "completed",
    output: { title: "Good", annotations_count: 1 },
  });
  expect(heard).toEqual(["check_run created", "check_run completed", "check_suite completed"]);
  const foreign = await forge.world.createCheckRun(forge.world.actorOf(forge.ciApp), pull.issue.repository, {
    name: "ci / test",
    headSha: pull.head.sha,
  });
  expect(
    (await refusal(client.checks.update({ ...demo, check_run_id: foreign.id, conclusion: "success" }))).status,
  ).toBe(403);
  const { data } = await client.checks.listForRef({ ...demo, ref: "fix", check_name: "loop / review" });
  expect(data.check_runs.map((one) => one.external_id)).toEqual(["run-1"]);
});

test("a check run on an unknown commit, without a summary or with too many annotations is refused", async () => {
  const forge = await aForge();
  const { client, pull } = await aPull(forge);
  const create = (more: object, sha = pull.head.sha) =>
    refusal(client.checks.create({ ...demo, head_sha: sha, name: "x", ...more }));
  const one = { path: "a", start_line: 1, end_line: 1, annotation_level: "notice" as const, message: "m" };
  expect((await create({}, "0".repeat(40))).message).toBe(`No commit found for SHA: ${"0".repeat(40)}`);
  expect((await create({ output: { title: "t" } })).status).toBe(422);
  expect((await create({ output: { title: "t", summary: "s".repeat(65_536) } })).status).toBe(422);
  expect((await create({ output: { title: "t", summary: "s", annotations: Array(51).fill(one) } })).status).toBe(422);
  expect((await create({ status: "completed" })).status).toBe(422);
});

test("statuses are set by writers, not by an App that may only read them", async () => {
  const forge = await aForge();
  const { client, pull } = await aPull(forge);
  const sha = pull.head.sha;
  await forge.world.createStatus(forge.as("willa").actor, pull.issue.repository, {
    sha,
    state: "pending",
    context: "lint",
  });
  await forge.world.createStatus(forge.as("willa").actor, pull.issue.repository, {
    sha,
    state: "success",
    context: "lint",
  });
  const { data } = await client.repos.getCombinedStatusForRef({ ...demo, ref: sha });
  expect([data.state, data.statuses.map((status) => status.state)]).toEqual(["success", ["success"]]);
  expect((await refusal(client.repos.createCommitStatus({ ...demo, sha, state: "success" }))).status).toBe(403);
});
