// Runs of workflows and their jobs: what changes them, and the webhooks of each change in GitHub's order.
import { assert } from "../../base/assert.ts";
import { type Core, nodeId, requireAccess } from "../core.ts";
import type { Actor, CheckConclusion, JobFile, WorkflowJob, WorkflowRun, WorkflowStart } from "../model.ts";
import { Refusal } from "../refusal.ts";
import { jobShape, workflowRunShape, workflowShape } from "../shapes/workflow.ts";
import { checkActions } from "./checks.ts";

export interface WorkflowActions {
  /** A queued run with its own check suite, told as requested. */
  createWorkflowRun(actor: Actor, by: Actor, start: WorkflowStart): WorkflowRun;
  /** A queued job, which is a check run too. */
  createJob(actor: Actor, run: WorkflowRun, file: JobFile, name: string): Promise<WorkflowJob>;
  startJob(actor: Actor, job: WorkflowJob): void;
  endJob(
    actor: Actor,
    job: WorkflowJob,
    end: {
      conclusion: CheckConclusion;
      log: string | null;
      annotations: WorkflowJob["check"]["output"]["annotations"];
    },
  ): void;
  /** Concludes a run whose jobs have all ended. */
  settleWorkflowRun(actor: Actor, run: WorkflowRun): void;
  /** Starts a run that is held; throws 403 for another. */
  approveWorkflowRun(by: Actor, run: WorkflowRun): void;
  /** Another attempt, of all jobs or of some; who runs jobs hears of it as requested. Throws 403 while the run goes on. */
  rerunWorkflow(by: Actor, run: WorkflowRun, only?: readonly WorkflowJob[]): void;
}

export function workflowActions(core: Core): WorkflowActions {
  const checks = checkActions(core);
  return {
    createWorkflowRun: (actor, by, start) => createRun(core, actor, by, start),
    createJob: async (actor, run, file, name) => {
      const { headSha, headBranch, suite, repository } = run;
      const check = await checks.createCheckRun(actor, repository, {
        name,
        headSha,
        headBranch,
        suite,
        status: "queued",
      });
      const job: WorkflowJob = { run, file, attempt: run.attempt, check, steps: [], log: null, logExpired: false };
      run.jobs.push(job);
      emitJob(core, actor, job, "queued");
      return job;
    },
    startJob: (actor, job) => {
      const { run } = job;
      if (run.status === "queued") emitRunAs(core, actor, run, "in_progress");
      job.steps = job.file.refused === undefined ? stepsOf(core.now(), job.file) : [];
      checks.updateCheckRun(actor, job.check, { status: "in_progress", startedAt: core.now() });
      emitJob(core, actor, job, "in_progress");
    },
    endJob: (actor, job, { conclusion, log, annotations }) => {
      job.log = log;
      if (log !== null) endSteps(job, conclusion, core.now()); // whoever ends them has left a log
      checks.updateCheckRun(actor, job.check, {
        status: "completed",
        conclusion,
        completedAt: core.now(),
        output: { annotations },
      });
      emitJob(core, actor, job, "completed");
    },
    settleWorkflowRun: (actor, run) => {
      run.conclusion = concludes(latestJobs(run));
      emitRunAs(core, actor, run, "completed");
    },
    approveWorkflowRun: (by, run) => {
      requireAccess(by, run.repository, "write");
      if (!run.held) throw new Refusal(403, "This run is not waiting for approval");
      run.held = false;
      renew(core, by, run);
    },
    rerunWorkflow: (by, run, only) => {
      if (run.status !== "completed") throw new Refusal(403, "This workflow is already running");
      run.attempt += 1;
      run.again = only?.map((job) => job.check.name) ?? null;
      renew(core, by, run);
    },
  };
}

function renew(core: Core, by: Actor, run: WorkflowRun): void {
  run.status = "queued";
  run.conclusion = null;
  run.startedAt = core.now();
  run.suite.status = "queued";
  run.suite.conclusion = null;
  emitRun(core, by, run, "requested");
}

/**
 * Without any job: `action_required` where it is held, https://github.com/sarvamai/sarvam-ai-cookbook/issues/148, and
 * `startup_failure` where its file is none, https://github.com/actions/runner/issues/1042
 */
function endAtOnce(core: Core, actor: Actor, run: WorkflowRun, conclusion: CheckConclusion): void {
  run.conclusion = conclusion;
  run.suite.status = "completed";
  run.suite.conclusion = conclusion;
  emitRunAs(core, actor, run, "completed");
}

function createRun(core: Core, actor: Actor, by: Actor, start: WorkflowStart): WorkflowRun {
  const { repository, file, event, sha, branch, pull } = start;
  const path = file.path ?? `.github/workflows/${file.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.yml`;
  const known = repository.workflowRuns.find((run) => run.workflow.path === path)?.workflow;
  const workflowId = core.nextId();
  const id = core.nextId();
  const now = core.now();
  const run: Omit<WorkflowRun, "suite"> = {
    id,
    nodeId: nodeId("WFR", id),
    repository,
    workflow: known ?? { id: workflowId, nodeId: nodeId("W", workflowId), name: file.name, path },
    file,
    number: repository.workflowRuns.filter((one) => one.workflow === known).length + 1,
    attempt: 1,
    event,
    headSha: sha,
    headBranch: branch,
    pull,
    actor: by.user,
    status: "queued",
    conclusion: null,
    createdAt: now,
    startedAt: now,
    updatedAt: now,
    held: file.held === true,
    again: null,
    jobs: [],
  };
  const app = actor.app;
  assert(app, "a workflow is run by an App");
  const whole: WorkflowRun = { ...run, suite: checkActions(core).createWorkflowSuite(app, run) };
  whole.suite.workflowRun = whole;
  repository.workflowRuns.push(whole);
  emitRun(core, by, whole, "requested");
  if (whole.held) endAtOnce(core, actor, whole, "action_required");
  else if (file.invalid) endAtOnce(core, actor, whole, "startup_failure");
  return whole;
}

/** The jobs of the newest attempt of each name. */
export function latestJobs(run: WorkflowRun): WorkflowJob[] {
  const latest = new Map<string, WorkflowJob>();
  for (const job of run.jobs) latest.set(job.check.name, job);
  return [...latest.values()];
}

const worstFirst = ["cancelled", "failure", "timed_out", "action_required"] as const;

/** A run in which everything was skipped is skipped; one job that is red makes it red. */
function concludes(jobs: readonly WorkflowJob[]): CheckConclusion {
  const conclusions = jobs.map((job) => job.check.conclusion);
  const bad = worstFirst.find((one) => conclusions.includes(one));
  if (bad) return bad === "timed_out" ? "failure" : bad;
  return conclusions.length > 0 && conclusions.every((one) => one === "skipped") ? "skipped" : "success";
}

function stepsOf(at: number, file: JobFile): WorkflowJob["steps"] {
  const first = (file.command ?? "run the tests").split("\n")[0];
  return ["Set up job", "Run actions/checkout@v5", `Run ${first}`, "Post Run actions/checkout@v5", "Complete job"].map(
    (name, index) => ({
      name,
      number: index + 1,
      status: index < 3 ? "in_progress" : "queued",
      conclusion: null,
      startedAt: index < 3 ? at : null,
      completedAt: null,
    }),
  );
}

function endSteps(job: WorkflowJob, conclusion: CheckConclusion, at: number): void {
  for (const step of job.steps) {
    step.status = "completed";
    step.startedAt ??= at;
    step.completedAt = at;
    const own = conclusion === "cancelled" ? "cancelled" : conclusion === "success" ? "success" : "failure";
    step.conclusion = step.number === 3 ? own : "success";
  }
}

function emitRunAs(core: Core, actor: Actor, run: WorkflowRun, status: "in_progress" | "completed"): void {
  run.status = status;
  run.updatedAt = core.now();
  emitRun(core, actor, run, status);
}

function emitRun(core: Core, actor: Actor, run: WorkflowRun, action: string): void {
  const { display_title, ...shape } = workflowRunShape(core, run);
  // The one delivery without a title, in GitHub's description.
  const told = action === "in_progress" ? shape : { ...shape, display_title };
  const body = { workflow_run: told, workflow: workflowShape(core, run) };
  core.emit({ event: "workflow_run", action, actor, repository: run.repository, body });
}

function emitJob(core: Core, actor: Actor, job: WorkflowJob, action: string): void {
  const body = { workflow_job: jobShape(core, job) };
  core.emit({ event: "workflow_job", action, actor, repository: job.run.repository, body });
}
