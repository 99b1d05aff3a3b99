// The forge against GitHub's published descriptions: every route's answer and every delivery, fields included.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { assert } from "../../src/base/assert.ts";
import { createBackground } from "../../src/forge/background.ts";
import { defaultLimits } from "../../src/forge/core.ts";
import { createActivity } from "../../src/forge/http/activity.ts";
import { createRateLimiter } from "../../src/forge/http/rate.ts";
import type { Pull } from "../../src/forge/model.ts";
import { restRoutes } from "../../src/forge/rest/routes.ts";
import { createHooks } from "../../src/forge/webhooks.ts";
import { createWorld } from "../../src/forge/world.ts";
import { handledEvents, translate } from "../../src/github/deliveries/webhook.ts";
import { type Drive, startDrive } from "./contract-drive.ts";

const repo = "/repos/{owner}/{repo}";
let drive: Drive;
let head: string;

beforeAll(async () => {
  drive = await startDrive();
  head = (await drive.call("app", `GET ${repo}/git/ref/{ref}`, { ref: "heads/main" })).object.sha;
});

afterEach(() => expect(drive.takeProblems()).toEqual([]));

afterAll(() => drive.close());

describe("each operation is answered as GitHub describes it", () => {
  it("for the App, its installations and their tokens", async () => {
    const { call, forge } = drive;
    await call("key", "GET /app");
    await call("nobody", "GET /apps/{app_slug}", { app_slug: forge.app.slug });
    const made = forge.world.registerApp(forge.as("ada").actor, forge.as("ada").user, {
      name: "An App of the contract",
      url: "https://app.example/",
      description: "",
      public: false,
      hook: null,
      redirectUrl: null,
      callbackUrls: [],
      setupUrl: null,
      permissions: { metadata: "read" },
      events: [],
    });
    await call("nobody", "POST /app-manifests/{code}/conversions", { code: made.code });
    await call("key", "GET /app/installations");
    const installation_id = forge.installationId;
    await call("key", "GET /app/installations/{installation_id}", { installation_id });
    await call("key", "GET /orgs/{org}/installation", { org: "acme" });
    await call("key", `GET ${repo}/installation`);
    const mint = "POST /app/installations/{installation_id}/access_tokens";
    await call("key", mint, { installation_id });
    await call("key", mint, { installation_id, repositories: ["demo"], permissions: { issues: "read" } });
    await call("app", "GET /installation/repositories");
    await call("for ada", "GET /user/installations");
    await call("for ada", "GET /user/installations/{installation_id}/repositories", { installation_id });
  });

  it("for an installation on a person's account", async () => {
    const { call, forge } = drive;
    forge.createUser("olga");
    await forge.createRepository({ owner: "olga", name: "own" });
    await call("key", "GET /users/{username}/installation", { username: "olga" });
  });

  it("for users and limits", async () => {
    const { call, forge } = drive;
    await call("ada", "GET /user");
    await call("app", "GET /users/{username}", { username: "ada" });
    await call("app", "GET /users/{username}", { username: `${drive.forge.app.slug}[bot]` });
    await call("app", "GET /users/{username}", { username: "acme" });
    await call("app", "GET /user/{account_id}", { account_id: forge.as("ada").user.id });
    await call("app", "GET /rate_limit");
  });

  it("for a repository, its people and its branches", async () => {
    const { call, forge } = drive;
    forge.world.setRule(forge.as("ada").actor, forge.repository("acme/demo"), "guarded", {
      requiredChecks: [
        { context: "test", appId: forge.ciApp.id },
        { context: "lint", appId: null },
      ],
      requiredApprovals: 1,
      restrictPushes: true,
      linearHistory: true,
      signatures: true,
      mergeQueue: true,
    });
    await call("ada", `POST ${repo}/git/refs`, { ref: "refs/heads/guarded", sha: head });
    await call("app", `GET ${repo}`);
    await call("ada", `GET ${repo}`);
    await call("ada", `GET ${repo}/collaborators`);
    await call("app", `GET ${repo}/collaborators/{username}`, { username: "ada" });
    for (const username of ["acme", "ada", "willa", "rex"]) {
      await call("app", `GET ${repo}/collaborators/{username}/permission`, { username });
    }
    await call("app", `GET ${repo}/activity`);
    await call("app", `GET ${repo}/branches`);
    await call("app", `GET ${repo}/branches/{branch}`, { branch: "main" });
    await call("app", `GET ${repo}/branches/{branch}`, { branch: "guarded" });
    await call("app", `GET ${repo}/rules/branches/{branch}`, { branch: "main" });
    await call("app", `GET ${repo}/rules/branches/{branch}`, { branch: "guarded" });
  });

  it("for files", async () => {
    const { call } = drive;
    const contents = `${repo}/contents/{path}`;
    await call("app", `GET ${contents}`, { path: "README.md" });
    await call("app", `GET ${contents}`, { path: "src" });
    const text = (words: string) => Buffer.from(words).toString("base64");
    const branch = "main";
    const made = await call("app", `PUT ${contents}`, { path: "a.txt", message: "Add", content: text("a"), branch });
    const { sha } = made.content;
    const edit = { path: "a.txt", message: "Change", content: text("b"), branch };
    const changed = await call("willa", `PUT ${contents}`, { ...edit, sha });
    await call("willa", `DELETE ${contents}`, { path: "a.txt", message: "Drop", sha: changed.content.sha, branch });
  });

  it("for the git database", async () => {
    const { call } = drive;
    const git = `${repo}/git`;
    const { sha: blob } = await call("app", `POST ${git}/blobs`, { content: "hello", encoding: "utf-8" });
    await call("app", `GET ${git}/blobs/{file_sha}`, { file_sha: blob });
    const commit = await call("app", `GET ${git}/commits/{commit_sha}`, { commit_sha: head });
    const file = { path: "b.txt", mode: "100644", type: "blob", sha: blob };
    const tree = await call("app", `POST ${git}/trees`, { base_tree: commit.tree.sha, tree: [file] });
    await call("app", `GET ${git}/trees/{tree_sha}`, { tree_sha: tree.sha, recursive: "1" });
    const next = await call("app", `POST ${git}/commits`, { message: "Add b", tree: tree.sha, parents: [head] });
    await call("app", `POST ${git}/refs`, { ref: "refs/heads/scratch", sha: head });
    await call("app", `PATCH ${git}/refs/{ref}`, { ref: "heads/scratch", sha: next.sha });
    await call("app", `GET ${git}/ref/{ref}`, { ref: "heads/scratch" });
    await call("app", `GET ${git}/matching-refs/{ref}`, { ref: "heads/" });
    await call("app", `DELETE ${git}/refs/{ref}`, { ref: "heads/scratch" });
  });

  it("for commits and what was reported on them", async () => {
    const { call, forge } = drive;
    const sha = await forge.as("ada").push("acme/demo", "reported", { "c.txt": "c\n" }, "Add c");
    await forge.idle();
    await call("app", `GET ${repo}/commits`);
    await call("app", `GET ${repo}/commits/{ref}`, { ref: sha });
    await call("app", `GET ${repo}/compare/{basehead}`, { basehead: "main...reported" });
    await call("app", `POST ${repo}/statuses/{sha}`, { sha, state: "success", context: "lint", description: "fine" });
    await call("willa", `POST ${repo}/statuses/{sha}`, { sha, state: "pending", context: "old" });
    await call("app", `GET ${repo}/commits/{ref}/status`, { ref: "reported" });
    await call("app", `GET ${repo}/commits/{ref}/statuses`, { ref: sha });
    await call("app", `GET ${repo}/commits/{ref}/check-runs`, { ref: sha });
    const { check_suites } = await call("app", `GET ${repo}/commits/{ref}/check-suites`, { ref: sha });
    const suite = { check_suite_id: check_suites[0].id };
    await call("app", `GET ${repo}/check-suites/{check_suite_id}`, suite);
    await call("app", `GET ${repo}/check-suites/{check_suite_id}/check-runs`, suite);
  });

  it("for check runs", async () => {
    const { call } = drive;
    const runs = `${repo}/check-runs`;
    const started = { name: "loop / review", head_sha: head, status: "in_progress", external_id: "run-1" };
    const { id: check_run_id } = await call("app", `POST ${runs}`, started);
    const note = { path: "src/add.js", start_line: 1, end_line: 1, annotation_level: "warning", message: "subtracts" };
    const output = { title: "No", summary: "It subtracts", text: "See line 1", annotations: [note] };
    const ended = { check_run_id, conclusion: "failure", status: "completed", output };
    await call("app", `PATCH ${runs}/{check_run_id}`, ended);
    await call("app", `GET ${runs}/{check_run_id}`, { check_run_id });
    await call("app", `GET ${runs}/{check_run_id}/annotations`, { check_run_id });
    await call("willa", `POST ${runs}/{check_run_id}/rerequest`, { check_run_id });
    const done = { name: "done at once", head_sha: head, status: "completed", conclusion: "neutral" };
    await call("app", `POST ${runs}`, done);
  });

  it("for workflows, their runs and their jobs", async () => {
    const { call, forge } = drive;
    await forge.createRepository({
      owner: "acme",
      name: "built",
      collaborators: { ada: "admin" },
      ci: { actions: { lint: "true", test: "echo no; exit 1" } },
    });
    const repo_ = { repo: "built" };
    const sha = await forge.as("ada").push("acme/built", "work", { "a.txt": "a\n" }, "A");
    await forge.idle();
    const actions = `${repo}/actions`;
    const { workflow_runs } = await call("app", `GET ${actions}/runs`, { ...repo_, head_sha: sha });
    const run = { ...repo_, run_id: workflow_runs[0].id };
    await call("app", `GET ${actions}/runs/{run_id}`, run);
    const { jobs } = await call("app", `GET ${actions}/runs/{run_id}/jobs`, run);
    const job = { ...repo_, job_id: jobs[1].id };
    await call("app", `GET ${actions}/jobs/{job_id}`, job);
    await call("app", `GET ${actions}/jobs/{job_id}/logs`, { ...job, request: { redirect: "manual" } });
    await call("app", `POST ${actions}/runs/{run_id}/rerun`, run);
    await forge.idle();
    await call("app", `POST ${actions}/runs/{run_id}/rerun-failed-jobs`, run);
    await forge.idle();
    await call("app", `POST ${actions}/jobs/{job_id}/rerun`, job);
    await forge.idle();
    await call("app", `GET ${repo}/check-runs/{check_run_id}/annotations`, { ...repo_, check_run_id: jobs[1].id });
  });

  it("for issues and their labels", async () => {
    const { call } = drive;
    const issues = `${repo}/issues`;
    const wanted = { title: "add subtracts", body: "It should add.", labels: ["bug"], assignees: ["willa"] };
    const { number: issue_number } = await call("ada", `POST ${issues}`, wanted);
    await call("app", `POST ${issues}`, { title: "without a body" });
    const one = `${issues}/{issue_number}`;
    await call("app", `GET ${issues}`, { state: "all" });
    await call("app", `GET ${one}`, { issue_number });
    await call("app", `GET ${repo}/labels`);
    await call("ada", `POST ${repo}/labels`, { name: "loop", color: "00ff00", description: "Starts a loop" });
    await call("app", `GET ${repo}/labels/{name}`, { name: "loop" });
    await call("ada", `POST ${one}/labels`, { issue_number, labels: ["loop"] });
    await call("app", `GET ${one}/labels`, { issue_number });
    await call("app", `DELETE ${one}/labels/{name}`, { issue_number, name: "loop" });
    await call("app", `PUT ${one}/labels`, { issue_number, labels: ["bug", "loop"] });
    await call("ada", `DELETE ${one}/labels`, { issue_number });
    await call("ada", `PATCH ${one}`, { issue_number, title: "add must add", body: "Really." });
    await call("app", `PATCH ${one}`, { issue_number, state: "closed", state_reason: "completed" });
    await call("app", `GET ${one}`, { issue_number });
    await call("ada", `PATCH ${one}`, { issue_number, state: "open" });
    await call("ada", `PUT ${one}/lock`, { issue_number });
    await call("ada", `DELETE ${one}/lock`, { issue_number });
  });

  it("for comments and reactions", async () => {
    const { call } = drive;
    const issue_number = 1;
    const one = `${repo}/issues/{issue_number}`;
    const { id: comment_id } = await call("ada", `POST ${one}/comments`, { issue_number, body: "/loop status" });
    await call("app", `POST ${one}/comments`, { issue_number, body: "Working." });
    await call("app", `GET ${one}/comments`, { issue_number });
    await call("app", `GET ${repo}/issues/comments`);
    const comment = `${repo}/issues/comments/{comment_id}`;
    await call("app", `GET ${comment}`, { comment_id });
    await call("ada", `PATCH ${comment}`, { comment_id, body: "/loop stop" });
    const { id: reaction_id } = await call("app", `POST ${comment}/reactions`, { comment_id, content: "eyes" });
    await call("app", `POST ${comment}/reactions`, { comment_id, content: "eyes" });
    await call("app", `GET ${comment}/reactions`, { comment_id });
    await call("app", `DELETE ${comment}/reactions/{reaction_id}`, { comment_id, reaction_id });
    await call("ada", `DELETE ${comment}`, { comment_id });
    const reaction = await call("app", `POST ${one}/reactions`, { issue_number, content: "rocket" });
    await call("app", `GET ${one}/reactions`, { issue_number });
    await call("app", `DELETE ${one}/reactions/{reaction_id}`, { issue_number, reaction_id: reaction.id });
  });

  it("for pull requests, from draft to merge", async () => {
    const { call, refused, forge } = drive;
    const pulls = `${repo}/pulls`;
    const sha = await forge.as("ada").push("acme/demo", "loop/1", { "src/add.js": "export const add = 1;\n" }, "Fix");
    const opened = { title: "Fix add", body: "Closes #1", head: "loop/1", base: "main", draft: true };
    const { number: pull_number } = await call("app", `POST ${pulls}`, opened);
    const one = `${pulls}/{pull_number}`;
    await call("app", `GET ${pulls}`, { state: "all", head: "acme:loop/1" });
    await call("app", `GET ${one}`, { pull_number });
    await call("app", `GET ${one}`, { pull_number }); // now with the mergeability that the first read asked for
    await call("app", `PATCH ${one}`, { pull_number, body: "Closes #1, really" });
    await call("app", `GET ${one}/files`, { pull_number });
    await call("app", `GET ${one}/commits`, { pull_number });
    await call("app", `GET ${repo}/commits/{commit_sha}/pulls`, { commit_sha: sha });
    await call("app", `GET ${repo}/issues/{issue_number}`, { issue_number: pull_number });
    await forge.as("ada").push("acme/demo", "main", { "base.txt": "moved\n" }, "Move the base");
    await call("app", `PUT ${one}/update-branch`, { pull_number });
    await forge.idle();
    await call("app", `POST ${repo}/merges`, { base: "loop/1", head: "main" }); // nothing is left to merge
    await forge.as("ada").push("acme/demo", "main", { "base.txt": "moved on\n" }, "Move it on");
    await call("app", `POST ${repo}/merges`, { base: "loop/1", head: "main", commit_message: "Merge main" });
    const asked = { pull_number, reviewers: ["willa", "ada"] };
    await call("app", `POST ${one}/requested_reviewers`, asked);
    await call("app", `GET ${one}/requested_reviewers`, { pull_number });
    await call("app", `DELETE ${one}/requested_reviewers`, { pull_number, reviewers: ["ada"] });
    await reviews(pull_number, sha);
    await refused("app", `GET ${one}/merge`, 404, { pull_number });
    await refused("willa", `PUT ${one}/merge`, 405, { pull_number });
    forge.as("ada").markReady(pullNumbered(pull_number));
    await call("willa", `PUT ${one}/merge`, { pull_number, merge_method: "squash" });
    await call("app", `GET ${one}/merge`, { pull_number });
    await call("app", `GET ${one}`, { pull_number });
    await call("app", `GET ${pulls}`, { state: "closed" });
  });

  it("for environments and the branches that may deploy to them", async () => {
    const { call, forge } = drive;
    const { user } = forge.as("willa");
    const named = { waitMinutes: 0, reviewers: [], createdAt: 1_700_000_000_000 } as const;
    forge.repository("acme/demo").environments.push(
      { ...named, id: 901, name: "staging", branches: "all" },
      {
        ...named,
        id: 902,
        name: "eu/production",
        waitMinutes: 5,
        reviewers: [user],
        branches: ["main", "release/*"],
      },
      { ...named, id: 903, name: "preview", branches: "protected" },
    );
    await call("app", `GET ${repo}/environments`);
    const policies = `GET ${repo}/environments/{environment_name}/deployment-branch-policies`;
    await call("app", policies, { environment_name: "eu/production" });
    await call("app", policies, { environment_name: "staging" });
  });

  it("for the hook's settings and its deliveries", async () => {
    const { call, forge } = drive;
    await forge.idle();
    await call("key", "GET /app/hook/config");
    await call("key", "PATCH /app/hook/config", { content_type: "json", insecure_ssl: "0" });
    const [delivery] = await call("key", "GET /app/hook/deliveries", { per_page: 5 });
    const { id: delivery_id } = delivery as { id: number };
    await call("key", "GET /app/hook/deliveries/{delivery_id}", { delivery_id });
    await call("key", "POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id });
  });

  it("for what it refuses", async () => {
    const { refused, forge } = drive;
    await refused("nobody", "GET /user", 401);
    await refused("app", `GET ${repo}`, 404, { repo: "none" });
    await refused("app", `GET ${repo}/issues/{issue_number}`, 404, { issue_number: 999 });
    await refused("app", `POST ${repo}/issues`, 422, { title: " " });
    await refused("app", `POST ${repo}/pulls`, 422, { title: "No", head: "nowhere", base: "main" });
    await refused("app", `GET ${repo}/contents/{path}`, 404, { path: "none.txt" });
    await refused("app", `GET ${repo}/branches/{branch}`, 404, { branch: "none" });
    const installation_id = forge.installationId;
    const mint = "POST /app/installations/{installation_id}/access_tokens";
    await refused("key", mint, 422, { installation_id, permissions: { workflows: "write" } });
    await refused("key", "GET /app/installations/{installation_id}", 404, { installation_id: 1 });
  });

  it("for the end of a token", async () => {
    await drive.call("app", "DELETE /installation/token");
  });

  it("with no route left out, and nothing described that is not served", () => {
    const { answered, contract } = drive;
    const forms = (names: Iterable<string>) => [...names].map(formOf).sort();
    expect(forms(contract.operations)).toEqual(servedForms());
    expect(forms(answered)).toEqual(servedForms());
  });
});

describe("each delivery is as GitHub describes it", () => {
  it("in every event and action the forge sends", async () => {
    const { forge, contract } = drive;
    await everyOtherEvent();
    await forge.idle();
    const problems = forge.deliveries.flatMap((delivery) =>
      contract.checkWebhook(nameOf(delivery), JSON.parse(delivery.request.body)),
    );
    expect([...new Set(problems)].filter((problem) => !olderThanTheEvent.test(problem))).toEqual([]);
    const sent = new Set(forge.deliveries.map(nameOf));
    expect([...sent].sort()).toEqual([...contract.webhooks].sort());
  });

  it("and the App can read each that it handles", () => {
    const self = { appId: drive.forge.app.id, slug: "loopgate", triggerLabels: ["loop"], newLoopId: () => "k3f9" };
    const said = drive.forge.deliveries
      .filter(({ event }) => handledEvents.includes(event))
      .map((one) => ({ name: nameOf(one), told: translate(one.event, JSON.parse(one.request.body), self) }));
    expect(new Set(said.map(({ name }) => name)).size).toBeGreaterThan(40);
    const unread = said.filter(({ told }) => told.kind === "ignored" && /malformed|shaped|no object/.test(told.reason));
    expect(unread).toEqual([]);
  });
});

/** The description's list of an App's events does not have `workflow_job`, which Apps subscribe to and get. */
const olderThanTheEvent = /performed_via_github_app\/events\/\d+ must be equal to one of the allowed values/;

async function reviews(pull_number: number, commit_id: string): Promise<void> {
  const { call } = drive;
  const all = `${repo}/pulls/{pull_number}/reviews`;
  const remark = { path: "src/add.js", line: 1, side: "RIGHT", body: "Why?" };
  const no = { pull_number, commit_id, event: "REQUEST_CHANGES", body: "Not yet", comments: [remark] };
  const { id: review_id } = await call("willa", `POST ${all}`, no);
  await call("app", `GET ${all}/{review_id}`, { pull_number, review_id });
  await call("app", `GET ${all}/{review_id}/comments`, { pull_number, review_id });
  const { id } = await call("app", `POST ${repo}/pulls/{pull_number}/comments`, { pull_number, commit_id, ...remark });
  const reply = { pull_number, comment_id: id, body: "Because." };
  await call("willa", `POST ${repo}/pulls/{pull_number}/comments/{comment_id}/replies`, reply);
  const [root] = pullNumbered(pull_number).reviewComments;
  assert(root, "a comment was made");
  for (const settled of [true, false]) drive.forge.world.resolveThread(drive.forge.as("ada").actor, root, settled);
  await call("app", `GET ${repo}/pulls/{pull_number}/comments`, { pull_number });
  await call("ada", `PUT ${all}/{review_id}/dismissals`, { pull_number, review_id, message: "Explained" });
  await call("willa", `POST ${all}`, { pull_number, event: "APPROVE" });
  await call("willa", `POST ${all}`, { pull_number, body: "still thinking" });
  await call("app", `GET ${all}`, { pull_number });
}

function pullNumbered(number: number): Pull {
  const pull = drive.forge.repository("acme/demo").issues.get(number)?.pull;
  assert(pull, `pull request ${number} was opened`);
  return pull;
}

/** What no REST operation above causes. */
async function everyOtherEvent(): Promise<void> {
  const { forge } = drive;
  const ada = forge.as("ada");
  const demo = forge.repository("acme/demo");
  const { world } = forge;
  await ada.push(demo, "second", { "d.txt": "d\n" }, "Add d");
  const pull = await ada.openPull(demo, { title: "Second", head: "second", base: "main", draft: true });
  await ada.push(demo, "second", { "d.txt": "dd\n" }, "Change d");
  ada.markReady(pull);
  world.convertToDraft(ada.actor, pull);
  ada.label(pull, "bug");
  ada.unlabel(pull, "bug");
  ada.lock(pull);
  world.unlockIssue(ada.actor, pull.issue);
  ada.close(pull);
  ada.reopen(pull);
  await ada.deleteBranch(demo, "second");
  world.archive(ada.actor, demo, true);
  world.archive(ada.actor, demo, false);
  const shared = await forge.createRepository({
    owner: "acme",
    name: "other",
    private: true,
    collaborators: { ada: "admin" },
  });
  world.setPrivate(ada.actor, shared, false);
  world.setPrivate(ada.actor, shared, true);
  world.transferIssue(ada.actor, ada.openIssue(demo, { title: "Elsewhere" }), shared);
  world.deleteIssue(ada.actor, ada.openIssue(demo, { title: "Nowhere" }));
  world.renameRepository(ada.actor, shared, "another");
  world.transferRepository(ada.actor, shared, forge.createUser("umbrella"));
  const gone = await forge.createRepository({ owner: "acme", name: "gone", collaborators: { ada: "admin" } });
  world.deleteRepository(ada.actor, gone);
  const [installation] = world.installations;
  assert(installation, "the App is installed");
  world.suspend(ada.actor, installation, true);
  world.suspend(ada.actor, installation, false);
  await forge.createRepository({ owner: "acme", name: "last" });
  for (const id of [...installation.repositoryIds]) {
    const repository = world.repositories.get(id);
    if (repository) world.uninstall(ada.actor, installation, repository);
  }
  world.deleteInstallation(ada.actor, installation);
}

function nameOf({ event, action }: { event: string; action: string | null }): string {
  return [event, ...(action === null ? [] : [action])].join("-").replaceAll("_", "-");
}

/** A route without the names of its parameters, which GitHub and the forge choose differently. */
function formOf(route: string): string {
  return route.replaceAll(/:\w+(\{[^}]*\})?|\{\w+\}/g, "{}");
}

/** Two of the forge's routes are other addresses of described ones: a redirect's target, and the root folder. */
const otherAddresses = ["GET /repositories/{}", "GET /repos/{}/{}/contents"];

function servedForms(): string[] {
  const world = createWorld({
    dataDir: "/nowhere",
    now: Date.now,
    limits: defaultLimits,
    background: createBackground(createActivity()),
  });
  const hooks = createHooks({ core: world, activity: createActivity(), timeoutMs: 1 });
  const { routes } = restRoutes({ world, hooks, rates: createRateLimiter(world) });
  const forms = new Set(routes.map((route) => formOf(`${route.method} ${route.path}`)));
  return [...forms].filter((form) => !otherAddresses.includes(form)).sort();
}
