// CI in the shape of GitHub Actions: what starts, what reports, and where the reason of a failure is to be found.
import { expect, test } from "vitest";
import { manifestPermissions } from "../../src/forge/apps.ts";
import type { Forge } from "../../src/forge/forge.ts";
import type { Repository, WorkflowFile } from "../../src/forge/model.ts";
import { aForge, appClient, refusal } from "./local-forge.ts";

const built = { owner: "acme", repo: "built" };
const red = "printf 'expected 5\\033[31m got 4\\033[0m\\n'; exit 1";

async function aBuilt(ci: readonly WorkflowFile[] | Record<string, string>, options: { clock?: () => number } = {}) {
  const forge = await aForge({ permissions: { ...manifestPermissions, actions: "write" }, ...options });
  const repository = await forge.createRepository({
    owner: "acme",
    name: "built",
    collaborators: { willa: "write", ada: "admin" },
    ci: { actions: ci },
  });
  return { forge, repository, app: appClient(forge) };
}

async function aPush(forge: Forge, message = "Change", branch = "work"): Promise<string> {
  const sha = await forge.as("willa").push("acme/built", branch, { "a.txt": `${message} ${branch}\n` }, message);
  await forge.idle();
  return sha;
}

const told = ({ runs }: Repository) => runs.map((run) => [run.name, run.status, run.conclusion]);

test("a job is a check run of github-actions without a word, and one annotation that names an exit code", async () => {
  const { forge, repository, app } = await aBuilt({ test: red });
  await aPush(forge);
  const [run] = repository.runs;
  expect([run?.app.slug, run?.app.id, run?.conclusion]).toEqual(["github-actions", 15_368, "failure"]);
  const { data } = await app.rest.checks.get({ ...built, check_run_id: run!.id });
  expect(data.output).toMatchObject({ title: null, summary: null, text: null, annotations_count: 1 });
  const notes = await app.rest.checks.listAnnotations({ ...built, check_run_id: run!.id });
  expect(notes.data).toMatchObject([{ path: ".github", message: "Process completed with exit code 1.", title: "" }]);
  const log = await app.rest.actions.downloadJobLogsForWorkflowRun({ ...built, job_id: run!.id });
  const lines = String(log.data).split("\n");
  expect(lines[notes.data[0]!.start_line - 1]).toContain("##[error]Process completed with exit code 1.");
});

test("the log is behind a redirect, with time stamps, groups, colours and a mark for the error", async () => {
  const { forge, repository, app } = await aBuilt({ test: red });
  await aPush(forge);
  const job_id = repository.runs[0]!.id;
  const token = ((await app.auth({ type: "installation" })) as { token: string }).token;
  const address = `${forge.url}/repos/acme/built/actions/jobs/${job_id}/logs`;
  const first = await fetch(address, { headers: { authorization: `Bearer ${token}` }, redirect: "manual" });
  expect(first.status).toBe(302);
  const blob = first.headers.get("location")!;
  expect(new URL(blob).origin).not.toBe(forge.url);
  const text = await (await fetch(blob)).arrayBuffer();
  const log = Buffer.from(text).toString();
  expect(log).toMatch(/^\ufeff\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z Current runner version/);
  expect(log).toMatch(/Z ##\[group\]Run printf/);
  expect(log).toContain("\u001b[36;1mprintf");
  expect(log).toContain("Z expected 5\u001b[31m got 4\u001b[0m\n");
  expect((await fetch(blob, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
});

test("the address of a log is good for a minute", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const { forge, repository, app } = await aBuilt({ test: "true" }, { clock: () => now });
  await aPush(forge);
  const request = { method: "GET" as const, url: "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs" as const };
  const { url } = await app.request({ ...request, ...built, job_id: repository.runs[0]!.id });
  expect((await fetch(url)).status).toBe(200);
  now += 60_000;
  expect((await fetch(url)).status).toBe(403);
});

test("there is no log while the job runs, none of a job that was skipped, and 410 once it has expired", async () => {
  const { promise: held, resolve } = Promise.withResolvers<{ conclusion: "failure" }>();
  const jobs = [
    { name: "test", conclude: () => held },
    { name: "deploy", if: () => false },
  ];
  const { forge, repository, app } = await aBuilt([{ name: "CI", jobs }]);
  const started = new Promise<void>((done) => {
    forge.world.listen((event) => event.event === "workflow_job" && event.action === "in_progress" && done());
  });
  await forge.as("willa").push("acme/built", "work", { "a.txt": "a\n" }, "A");
  await started;
  const log = (id: number) => app.rest.actions.downloadJobLogsForWorkflowRun({ ...built, job_id: id });
  const running = await log(repository.runs[0]!.id).catch((error) => error);
  expect([running.status, Buffer.from(running.response.data).toString()]).toEqual([
    404,
    expect.stringContaining("<Code>BlobNotFound</Code>"),
  ]);
  resolve({ conclusion: "failure" });
  await forge.idle();
  expect((await log(repository.runs[0]!.id)).status).toBe(200);
  expect((await refusal(log(repository.runs[1]!.id))).status).toBe(404);
  for (const job of repository.workflowRuns[0]!.jobs) job.logExpired = true;
  expect(await refusal(log(repository.runs[0]!.id))).toEqual({ status: 410, message: "Server Error" });
});

test("runs, jobs and logs need the permission `actions`, and so does the workflow run in GraphQL", async () => {
  const { actions: _, ...permissions } = manifestPermissions;
  const forge = await aForge({ permissions });
  const repository = await forge.createRepository({
    owner: "acme",
    name: "built",
    collaborators: { willa: "write" },
    ci: { actions: { test: "true" } },
  });
  const sha = await aPush(forge);
  const app = appClient(forge);
  const forbidden = { status: 403, message: "Resource not accessible by integration" };
  const job_id = repository.runs[0]!.id;
  expect(await refusal(app.rest.actions.downloadJobLogsForWorkflowRun({ ...built, job_id }))).toEqual(forbidden);
  expect(await refusal(app.rest.actions.listWorkflowRunsForRepo(built))).toEqual(forbidden);
  expect(await refusal(app.rest.repos.getAllEnvironments(built))).toEqual(forbidden);
  const query = `query { repository(owner: "acme", name: "built") { object(oid: "${sha}") { ... on Commit {
    checkSuites(first: 5) { nodes { app { slug } workflowRun { event } } } } } } }`;
  const { data } = await app.request("POST /graphql", { query });
  expect(data.errors).toMatchObject([{ type: "FORBIDDEN", message: "Resource not accessible by integration" }]);
  expect(JSON.stringify(data.data)).toContain('"workflowRun":null');
});

test("webhooks come in GitHub's order, and each workflow run has a suite of its own", async () => {
  const { forge, repository } = await aBuilt([
    { name: "CI", jobs: [{ name: "test", command: "true" }] },
    { name: "Lint", jobs: [{ name: "lint", command: "true" }] },
  ]);
  const heard: string[] = [];
  forge.world.listen(({ event, action, onlyApp }) => onlyApp === null && heard.push(`${event} ${action ?? ""}`.trim()));
  await aPush(forge);
  const one = [
    "check_run created",
    "workflow_job queued",
    "workflow_run in_progress",
    "workflow_job in_progress",
    "check_run completed",
    "check_suite completed",
    "workflow_job completed",
    "workflow_run completed",
  ];
  expect(heard).toEqual(["push", "workflow_run requested", "workflow_run requested", ...one, ...one]);
  expect(new Set(repository.runs.map((run) => run.suite)).size).toBe(2);
});

test("a run again keeps its suite and number; the rollup lists both, `latest` and the state alone the newer", async () => {
  let attempts = 0;
  const conclude = () => ({ conclusion: ++attempts === 1 ? ("failure" as const) : ("success" as const) });
  const { forge, repository, app } = await aBuilt([{ name: "CI", jobs: [{ name: "test", conclude }] }]);
  const sha = await aPush(forge);
  const run_id = repository.workflowRuns[0]!.id;
  await app.rest.actions.reRunWorkflowFailedJobs({ ...built, run_id });
  await forge.idle();
  expect(told(repository)).toEqual([
    ["test", "completed", "failure"],
    ["test", "completed", "success"],
  ]);
  const { data } = await app.rest.actions.getWorkflowRun({ ...built, run_id });
  expect([data.run_attempt, data.run_number, data.conclusion]).toEqual([2, 1, "success"]);
  const fields = (more: string) => `object(oid: "${sha}") { ... on Commit { statusCheckRollup { state ${more} } } }`;
  const ask = (more: string) => app.graphql(`query { repository(owner: "acme", name: "built") { ${fields(more)} } }`);
  expect(await ask("")).toMatchObject({ repository: { object: { statusCheckRollup: { state: "SUCCESS" } } } });
  const run = "... on CheckRun { conclusion checkSuite { workflowRun { event runNumber workflow { name } } } }";
  const suite = { workflowRun: { event: "push", runNumber: 1, workflow: { name: "CI" } } };
  expect(await ask(`contexts(first: 10) { totalCount nodes { ${run} } }`)).toEqual({
    repository: {
      object: {
        statusCheckRollup: {
          state: "FAILURE",
          contexts: {
            totalCount: 2,
            nodes: [
              { conclusion: "FAILURE", checkSuite: suite },
              { conclusion: "SUCCESS", checkSuite: suite },
            ],
          },
        },
      },
    },
  });
  const latest = await app.rest.checks.listForRef({ ...built, ref: sha });
  expect(latest.data.check_runs.map((one) => one.conclusion)).toEqual(["success"]);
  expect((await app.rest.checks.listForRef({ ...built, ref: sha, filter: "all" })).data.total_count).toBe(2);
});

test("a run that goes on cannot be run again", async () => {
  const { promise: held, resolve } = Promise.withResolvers<{ conclusion: "success" }>();
  const { forge, repository, app } = await aBuilt([{ name: "CI", jobs: [{ name: "test", conclude: () => held }] }]);
  const created = new Promise<void>((done) => {
    forge.world.listen((event) => event.event === "check_run" && done());
  });
  await forge.as("willa").push("acme/built", "work", { "a.txt": "a\n" }, "A");
  await created;
  const again = app.rest.actions.reRunWorkflow({ ...built, run_id: repository.workflowRuns[0]!.id });
  expect(await refusal(again)).toEqual({ status: 403, message: "This workflow is already running" });
  resolve({ conclusion: "success" });
  await forge.idle();
});

test("a run that is held has ended as `action_required` without a job, until a person approves it", async () => {
  const { forge, repository, app } = await aBuilt([
    { name: "CI", held: true, jobs: [{ name: "test", command: "true" }] },
  ]);
  const sha = await aPush(forge);
  await forge.idle();
  const [run] = repository.workflowRuns;
  expect([run?.conclusion, run?.suite.conclusion, repository.runs]).toEqual(["action_required", "action_required", []]);
  const { data } = await app.rest.checks.listForRef({ ...built, ref: sha });
  expect(data.total_count).toBe(0);
  forge.world.approveWorkflowRun(forge.as("willa").actor, run!);
  await forge.idle();
  expect([run?.conclusion, run?.attempt, told(repository)]).toEqual(["success", 1, [["test", "completed", "success"]]]);
  expect(() => forge.world.approveWorkflowRun(forge.as("willa").actor, run!)).toThrow("not waiting for approval");
});

test("a matrix is a job for each combination, and one job of the bare name where it is skipped", async () => {
  const matrix = { node: [20, 22], os: ["ubuntu-latest"] };
  const { forge, repository } = await aBuilt([
    {
      name: "CI",
      jobs: [
        { name: "test", matrix, command: "true" },
        { name: "deploy", matrix, if: () => false },
      ],
    },
  ]);
  await aPush(forge);
  expect(told(repository)).toEqual([
    ["test (20, ubuntu-latest)", "completed", "success"],
    ["test (22, ubuntu-latest)", "completed", "success"],
    ["deploy", "completed", "skipped"],
  ]);
});

test("a newer push cancels the run of the older one, where the workflow says so", async () => {
  let runs = 0;
  const never = new Promise<never>(() => {});
  const conclude = () => (++runs === 1 ? never : { conclusion: "success" as const });
  const { forge, repository } = await aBuilt([
    { name: "CI", cancelInProgress: true, jobs: [{ name: "test", conclude }] },
  ]);
  const willa = forge.as("willa");
  const started = new Promise<void>((done) => {
    forge.world.listen((event) => event.event === "workflow_job" && event.action === "in_progress" && done());
  });
  await willa.push("acme/built", "work", { "a.txt": "1\n" }, "1");
  await started;
  await willa.push("acme/built", "work", { "a.txt": "2\n" }, "2");
  await forge.idle();
  expect(told(repository)).toEqual([
    ["test", "completed", "cancelled"],
    ["test", "completed", "success"],
  ]);
  expect(repository.runs[0]?.output.annotations[0]?.message).toBe("The operation was canceled.");
});

test("a workflow whose path filter matches nothing never reports, and a rule that requires it waits", async () => {
  const { forge, repository } = await aBuilt([
    { name: "CI", paths: ["src/**"], jobs: [{ name: "test", command: "true" }] },
  ]);
  const { world } = forge;
  const rule = { requiredChecks: [{ context: "test", appId: forge.actionsApp.id }] };
  world.setRule(forge.as("ada").actor, repository, "main", rule);
  await aPush(forge);
  await forge.as("willa").push("acme/built", "work", { "b.txt": "b\n" }, "B");
  const pull = await forge.as("willa").openPull("acme/built", { title: "Work", head: "work", base: "main" });
  await forge.idle();
  expect(told(repository)).toEqual([]);
  const words = 'Required status check "test" is expected.';
  await expect(forge.as("willa").merge(pull)).rejects.toThrow(words);
  await forge.as("willa").push("acme/built", "work", { "src/c.txt": "c\n" }, "C");
  await forge.idle();
  expect(told(repository)).toEqual([["test", "completed", "success"]]);
});

test("a skipped job satisfies a rule that requires it", async () => {
  const { forge, repository } = await aBuilt([{ name: "CI", jobs: [{ name: "test", if: () => false }] }]);
  const rule = { requiredChecks: [{ context: "test", appId: forge.actionsApp.id }] };
  forge.world.setRule(forge.as("ada").actor, repository, "main", rule);
  await aPush(forge);
  const pull = await forge.as("willa").openPull("acme/built", { title: "Work", head: "work", base: "main" });
  await expect(forge.as("willa").merge(pull)).resolves.toMatch(/^[0-9a-f]{40}$/);
});

const forPulls: WorkflowFile = {
  name: "CI",
  on: "pull_request",
  types: ["opened", "synchronize", "ready_for_review"],
  jobs: [{ name: "test", if: ({ draft }) => !draft, command: "true" }],
};

test("a workflow of pull requests skips a draft where it says so, and starts when it is ready for review", async () => {
  const { forge, repository } = await aBuilt([forPulls]);
  await aPush(forge);
  const pull = await forge.as("willa").openPull("acme/built", { title: "W", head: "work", base: "main", draft: true });
  await forge.idle();
  expect(told(repository)).toEqual([["test", "completed", "skipped"]]);
  forge.as("willa").markReady(pull);
  await forge.idle();
  expect(told(repository)[1]).toEqual(["test", "completed", "success"]);
});

test("a placeholder is green on a draft, and the real job red once it is ready", async () => {
  const conclude = ({ draft }: { draft: boolean }) => ({
    conclusion: draft ? ("success" as const) : ("failure" as const),
  });
  const { forge, repository } = await aBuilt([{ ...forPulls, jobs: [{ name: "test", conclude }] }]);
  await aPush(forge);
  const pull = await forge.as("willa").openPull("acme/built", { title: "W", head: "work", base: "main", draft: true });
  await forge.idle();
  forge.as("willa").markReady(pull);
  await forge.idle();
  expect(repository.runs.map((run) => [run.conclusion, run.suite.id === repository.runs[0]!.suite.id])).toEqual([
    ["success", true],
    ["failure", false],
  ]);
});

test("a pull request is tested as it would be merged; with a conflict nothing starts", async () => {
  const workflow = { ...forPulls, jobs: [{ name: "test", command: "cat a.txt; cat base.txt" }] };
  const { forge, repository } = await aBuilt([workflow]);
  const willa = forge.as("willa");
  await willa.push("acme/built", "work", { "a.txt": "mine\n" }, "Mine");
  await willa.push("acme/built", "main", { "base.txt": "theirs\n" }, "Theirs");
  await willa.openPull("acme/built", { title: "W", head: "work", base: "main" });
  await forge.idle();
  expect(told(repository)).toEqual([["test", "completed", "success"]]);
  await willa.push("acme/built", "main", { "a.txt": "other\n" }, "Other");
  await willa.push("acme/built", "work", { "a.txt": "mine again\n" }, "Again");
  await forge.idle();
  expect(repository.workflowRuns).toHaveLength(1);
});

test.each(["[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]", "\n\nskip-checks: true"])(
  "nothing starts for a head whose message says %j",
  async (words) => {
    const { forge, repository } = await aBuilt({ test: "true" });
    await aPush(forge, `Change the docs ${words}`);
    expect(repository.workflowRuns).toHaveLength(0);
    await aPush(forge, "And now the code");
    expect(told(repository)).toEqual([["test", "completed", "success"]]);
  },
);

test("a command's own error lines become annotations and marks in the log", async () => {
  const { forge, repository, app } = await aBuilt({
    test: "echo '::error file=a.js,line=3,title=No::it subtracts'; exit 2",
  });
  await aPush(forge);
  const [run] = repository.runs;
  expect(run?.output.annotations.map((one) => [one.path, one.startLine, one.message])).toEqual([
    ["a.js", 3, "it subtracts"],
    [".github", expect.any(Number), "Process completed with exit code 2."],
  ]);
  const log = await app.rest.actions.downloadJobLogsForWorkflowRun({ ...built, job_id: run!.id });
  expect(String(log.data)).toContain("##[error]it subtracts");
});

test("the jobs of a run have steps, of which the failed one is named", async () => {
  const { forge, repository, app } = await aBuilt({ test: red });
  await aPush(forge);
  const { data } = await app.rest.actions.listJobsForWorkflowRun({ ...built, run_id: repository.workflowRuns[0]!.id });
  expect(data.jobs[0]?.id).toBe(repository.runs[0]?.id);
  expect(data.jobs[0]?.steps?.map((step) => [step.number, step.conclusion])).toEqual([
    [1, "success"],
    [2, "success"],
    [3, "failure"],
    [4, "success"],
    [5, "success"],
  ]);
});

test("the page of a job shows its steps and its log, without time stamps and colours, and runs it again", async () => {
  const { forge, repository } = await aBuilt({ test: red });
  await aPush(forge);
  const page = `${forge.url}/acme/built/runs/${repository.runs[0]?.id}`;
  const shown = await (await fetch(page)).text();
  expect(shown).toContain("expected 5 got 4\n##[error]Process completed with exit code 1.\n");
  expect(shown).toMatch(/<li>Set up job <span class="quiet">success/);
  expect(shown).not.toMatch(/\u001b|\d\.\d{7}Z/);
  const cookie = (await choose(forge, "willa")).headers.get("set-cookie")?.split(";")[0] ?? "";
  await fetch(`${page}/rerun`, { method: "POST", redirect: "manual", headers: { cookie, origin: forge.url } });
  await forge.idle();
  expect(repository.workflowRuns[0]?.attempt).toBe(2);
});

/** A browser in which this person looks at the forge's pages. */
function choose(forge: Forge, login: string): Promise<Response> {
  const body = new URLSearchParams({ login });
  return fetch(`${forge.url}/-/person`, { method: "POST", redirect: "manual", headers: { origin: forge.url }, body });
}

test("environments say what keeps a job from beginning in them, to whoever may read `actions`", async () => {
  const { forge, repository, app } = await aBuilt({ test: "true" });
  const of = { reviewers: [], waitMinutes: 0, branches: "all", createdAt: 0 } as const;
  repository.environments.push(
    { ...of, id: 7, name: "Production", reviewers: [forge.as("ada").actor.user], branches: ["release/*", "main"] },
    { ...of, id: 8, name: "preview", waitMinutes: 5 },
  );
  const { data } = await app.rest.repos.getAllEnvironments(built);
  expect(data).toMatchObject({
    total_count: 2,
    environments: [
      {
        name: "Production",
        protection_rules: [
          { type: "required_reviewers", reviewers: [{ type: "User", reviewer: { login: "ada" } }] },
          { type: "branch_policy" },
        ],
        deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
      },
      { name: "preview", protection_rules: [{ type: "wait_timer", wait_timer: 5 }], deployment_branch_policy: null },
    ],
  });
  const policies = (environment_name: string) =>
    app.rest.repos.listDeploymentBranchPolicies({ ...built, environment_name });
  const named = (await policies("production")).data.branch_policies;
  expect(named.map(({ name }) => name)).toEqual(["release/*", "main"]);
  expect(await refusal(policies("nowhere"))).toMatchObject({ status: 404 });
});
