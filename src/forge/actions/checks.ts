// Check suites and check runs, and when a suite counts as completed.

import { type Core, nodeId, pullsOf, requireAccess } from "../core.ts";
import { knowCommit } from "../git/known.ts";
import type { Actor, App, CheckOutput, CheckRun, CheckSuite, Repository, WorkflowRun } from "../model.ts";
import { Refusal, unprocessable } from "../refusal.ts";
import { checkRunShape, checkSuiteShape } from "../shapes/check.ts";
import { repoWeb } from "../shapes/url.ts";
import { latestInSuites } from "./latest.ts";

export interface CheckRunFields {
  readonly status?: CheckRun["status"];
  readonly conclusion?: CheckRun["conclusion"];
  readonly externalId?: string;
  readonly detailsUrl?: string | null;
  readonly startedAt?: number | null;
  readonly completedAt?: number | null;
  /** Annotations are added to those already there; the other fields replace. */
  readonly output?: Partial<CheckOutput>;
}

export type NewCheckRun = CheckRunFields & {
  readonly name: string;
  readonly headSha: string;
  readonly headBranch?: string | null;
  /** Default: the App's suite for the commit. */
  readonly suite?: CheckSuite;
};

export interface CheckActions {
  /** Only Apps create check runs. The App's suite for the commit is made if it is not there. */
  createCheckRun(actor: Actor, repository: Repository, wanted: NewCheckRun): Promise<CheckRun>;
  updateCheckRun(actor: Actor, run: CheckRun, fields: CheckRunFields & { name?: string }): CheckRun;
  /** The App's suite for the commit, made and (when the App may write checks) announced as requested to it. */
  /** A suite of its own for a run of a workflow. */
  createWorkflowSuite(app: App, run: Omit<WorkflowRun, "suite">): CheckSuite;
  requestCheckSuite(
    actor: Actor,
    repository: Repository,
    app: App,
    at: { headSha: string; headBranch: string | null; before: string | null },
  ): CheckSuite;
  /** A person asks for the check again: the App that made it is told. */
  rerequestCheckRun(actor: Actor, run: CheckRun): void;
}

const maxText = 65_535;
const maxAnnotations = 50;
const conclusions = ["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required", "stale"];

export function checkActions(core: Core): CheckActions {
  return {
    createCheckRun: (actor, repository, wanted) => createCheckRun(core, actor, repository, wanted),
    updateCheckRun: (actor, run, fields) => updateCheckRun(core, actor, run, fields),
    createWorkflowSuite: (app, run) => {
      const at = { headSha: run.headSha, headBranch: run.headBranch, before: null };
      return newSuite(core, run.repository, app, at);
    },
    requestCheckSuite: (actor, repository, app, at) => {
      const suite = suiteOf(core, repository, app, at);
      core.emit({
        event: "check_suite",
        action: "requested",
        actor,
        repository,
        onlyApp: app,
        body: { check_suite: checkSuiteShape(core, suite) },
      });
      return suite;
    },
    rerequestCheckRun: (actor, run) => {
      requireAccess(actor, run.repository, "write");
      core.emit({
        event: "check_run",
        action: "rerequested",
        actor,
        repository: run.repository,
        onlyApp: run.app,
        body: { check_run: checkRunShape(core, run) },
      });
    },
  };
}

async function createCheckRun(
  core: Core,
  actor: Actor,
  repository: Repository,
  wanted: NewCheckRun,
): Promise<CheckRun> {
  if (!actor.app) throw new Refusal(403, "You must authenticate via a GitHub App.");
  if (!wanted.name) throw unprocessable({ resource: "CheckRun", code: "missing_field", field: "name" });
  await knowCommit(repository, wanted.headSha);
  const headBranch =
    wanted.headBranch ?? pullsOf(repository).find((pull) => pull.head.sha === wanted.headSha)?.head.ref ?? null;
  const at = { headSha: wanted.headSha, headBranch, before: null };
  const suite = wanted.suite ?? suiteOf(core, repository, actor.app, at);
  const id = core.nextId();
  const run: CheckRun = {
    id,
    nodeId: nodeId("CR", id),
    repository,
    suite,
    app: actor.app,
    name: wanted.name,
    headSha: wanted.headSha,
    externalId: wanted.externalId ?? "",
    detailsUrl: wanted.detailsUrl ?? jobPage(core, suite, id),
    status: "queued",
    conclusion: null,
    startedAt: core.now(),
    completedAt: null,
    output: { title: null, summary: null, text: null, annotations: [] },
  };
  apply(core, run, wanted);
  repository.runs.push(run);
  core.register({ type: "CheckRun", value: run });
  emitRun(core, actor, run, "created");
  if (run.status === "completed") emitRun(core, actor, run, "completed");
  settleSuite(core, actor, suite);
  return run;
}

/** Where the page of a job of GitHub Actions is; null for other Apps' runs. */
function jobPage(core: Core, { workflowRun, repository }: CheckSuite, id: number): string | null {
  return workflowRun && repoWeb(core, repository, `/actions/runs/${workflowRun.id}/job/${id}`);
}

function updateCheckRun(core: Core, actor: Actor, run: CheckRun, fields: CheckRunFields & { name?: string }): CheckRun {
  if (actor.app !== run.app)
    throw new Refusal(
      403,
      `Invalid app_id \`${actor.app?.id ?? "none"}\` - check run can only be modified by the GitHub App that created it.`,
    );
  const wasCompleted = run.status === "completed";
  if (fields.name) run.name = fields.name;
  apply(core, run, fields);
  if (run.status === "completed" && !wasCompleted) emitRun(core, actor, run, "completed");
  settleSuite(core, actor, run.suite);
  return run;
}

function apply(core: Core, run: CheckRun, fields: CheckRunFields): void {
  requireValid(fields);
  // A conclusion completes the run, whatever status came with it.
  const status = fields.conclusion ? "completed" : fields.status;
  if (status === "completed" && !fields.conclusion && !run.conclusion)
    throw unprocessable({ resource: "CheckRun", code: "missing_field", field: "conclusion" });
  if (status) run.status = status;
  if (fields.externalId !== undefined) run.externalId = fields.externalId;
  if (fields.detailsUrl !== undefined) run.detailsUrl = fields.detailsUrl;
  if (fields.startedAt) run.startedAt = fields.startedAt;
  if (fields.output)
    run.output = {
      ...run.output,
      ...fields.output,
      annotations: [...run.output.annotations, ...(fields.output.annotations ?? [])],
    };
  if (run.status !== "completed") {
    run.conclusion = null;
    run.completedAt = null;
    return;
  }
  run.conclusion = fields.conclusion ?? run.conclusion;
  run.completedAt = fields.completedAt ?? run.completedAt ?? core.now();
}

function requireValid(fields: CheckRunFields): void {
  const invalid = (field: string, message: string) =>
    unprocessable({ resource: "CheckRun", code: "invalid", field, message });
  if (fields.conclusion && !conclusions.includes(fields.conclusion)) throw invalid("conclusion", "Invalid conclusion");
  if (fields.status && !["queued", "in_progress", "completed"].includes(fields.status))
    throw invalid("status", "Invalid status");
  if ((fields.output?.annotations?.length ?? 0) > maxAnnotations)
    throw new Refusal(422, "Invalid request.\n\nNo more than 50 items are allowed in `annotations`.");
  for (const field of ["title", "summary", "text"] as const)
    if ([...(fields.output?.[field] ?? "")].length > maxText)
      throw invalid(field, `Only ${maxText} characters are allowed`);
}

function suiteOf(
  core: Core,
  repository: Repository,
  app: App,
  at: { headSha: string; headBranch: string | null; before: string | null },
): CheckSuite {
  const known = repository.suites.find((suite) => suite.app === app && suite.headSha === at.headSha);
  return known ?? newSuite(core, repository, app, at);
}

function newSuite(
  core: Core,
  repository: Repository,
  app: App,
  at: { headSha: string; headBranch: string | null; before: string | null },
): CheckSuite {
  const id = core.nextId();
  const now = core.now();
  const suite: CheckSuite = {
    id,
    nodeId: nodeId("CS", id),
    repository,
    app,
    ...at,
    status: "queued",
    conclusion: null,
    workflowRun: null,
    createdAt: now,
    updatedAt: now,
  };
  repository.suites.push(suite);
  core.register({ type: "CheckSuite", value: suite });
  return suite;
}

/** A suite is completed when all its runs are; the worst conclusion among them is its own. */
function settleSuite(core: Core, actor: Actor, suite: CheckSuite): void {
  const runs = latestInSuites(suite.repository.runs.filter((run) => run.suite === suite));
  const before = suite.status;
  suite.updatedAt = core.now();
  if (runs.some((run) => run.status !== "completed")) {
    suite.status = runs.some((run) => run.status !== "queued") ? "in_progress" : "queued";
    suite.conclusion = null;
    return;
  }
  suite.status = "completed";
  suite.conclusion = worst(runs);
  if (before !== "completed")
    core.emit({
      event: "check_suite",
      action: "completed",
      actor,
      repository: suite.repository,
      body: { check_suite: checkSuiteShape(core, suite) },
    });
}

const worstFirst = [
  "action_required",
  "timed_out",
  "cancelled",
  "failure",
  "stale",
  "success",
  "neutral",
  "skipped",
] as const;

function worst(runs: readonly CheckRun[]): CheckSuite["conclusion"] {
  return worstFirst.find((conclusion) => runs.some((run) => run.conclusion === conclusion)) ?? null;
}

function emitRun(core: Core, actor: Actor, run: CheckRun, action: string): void {
  core.emit({
    event: "check_run",
    action,
    actor,
    repository: run.repository,
    body: { check_run: checkRunShape(core, run) },
  });
}
