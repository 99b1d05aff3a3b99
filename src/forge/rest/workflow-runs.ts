// Runs of workflows, their jobs and logs, and running them again.
import { Hono } from "hono";
import { latestJobs } from "../actions/workflow-runs.ts";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { numberIn, pageOf } from "../http/answer.ts";
import type { WorkflowJob, WorkflowRun } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import { jobShape, workflowRunShape } from "../shapes/workflow.ts";
import { logAddress } from "../workflows/blobs.ts";
import type { World } from "../world.ts";
import { actorIn, repositoryIn } from "./scope.ts";

const base = "/repos/:owner/:repo/actions";

export function workflowRuns(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/runs`, (c) => {
    const repository = repositoryIn({ world, c }, [["actions"], "read"]);
    const found = repository.workflowRuns.filter((run) => isWanted(c, run)).toReversed();
    return c.json({
      total_count: found.length,
      workflow_runs: pageOf(c, found).map((run) => workflowRunShape(world, run)),
    });
  });
  routes.get(`${base}/runs/:id`, (c) => c.json(workflowRunShape(world, runIn(world, c, "read"))));
  routes.get(`${base}/runs/:id/jobs`, (c) => {
    const run = runIn(world, c, "read");
    const jobs = c.req.query("filter") === "all" ? run.jobs : latestJobs(run);
    return c.json({ total_count: jobs.length, jobs: pageOf(c, jobs).map((job) => jobShape(world, job)) });
  });
  routes.post(`${base}/runs/:id/rerun`, (c) => {
    world.rerunWorkflow(actorIn({ world, c }), runIn(world, c, "write"));
    return c.json({}, 201);
  });
  routes.post(`${base}/runs/:id/rerun-failed-jobs`, (c) => {
    const run = runIn(world, c, "write");
    const failed = latestJobs(run).filter((job) => !["success", "skipped"].includes(job.check.conclusion ?? ""));
    world.rerunWorkflow(actorIn({ world, c }), run, failed);
    return c.json({}, 201);
  });
  return routes.route("/", jobs(world));
}

function jobs(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/jobs/:id`, (c) => c.json(jobShape(world, jobIn(world, c, "read"))));
  routes.get(`${base}/jobs/:id/logs`, (c) => {
    const job = jobIn(world, c, "read");
    // In these words: https://github.com/rust-lang/triagebot/issues/2241
    if (job.logExpired) throw new Refusal(410, "Server Error");
    return c.body(null, 302, { location: logAddress(world, job) });
  });
  routes.post(`${base}/jobs/:id/rerun`, (c) => {
    const job = jobIn(world, c, "write");
    world.rerunWorkflow(actorIn({ world, c }), job.run, [job]);
    return c.json({}, 201);
  });
  return routes;
}

function isWanted(c: ForgeContext, run: WorkflowRun): boolean {
  const { head_sha: sha, branch, event, status, actor } = c.req.query();
  return (
    (!sha || run.headSha === sha) &&
    (!branch || run.headBranch === branch) &&
    (!event || run.event === event) &&
    (!actor || run.actor.login === actor) &&
    (!status || run.status === status || run.conclusion === status)
  );
}

function runIn(world: World, c: ForgeContext, level: "read" | "write"): WorkflowRun {
  const repository = repositoryIn({ world, c }, [["actions"], level]);
  const run = repository.workflowRuns.find((one) => one.id === numberIn(c, "id"));
  if (!run) throw notFound();
  return run;
}

function jobIn(world: World, c: ForgeContext, level: "read" | "write"): WorkflowJob {
  const repository = repositoryIn({ world, c }, [["actions"], level]);
  const job = repository.workflowRuns.flatMap((run) => run.jobs).find((one) => one.check.id === numberIn(c, "id"));
  if (!job) throw notFound();
  return job;
}
