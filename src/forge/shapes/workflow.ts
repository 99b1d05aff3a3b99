// Workflows, their runs and their jobs as GitHub shows them.
import type { Core } from "../core.ts";
import type { WorkflowJob, WorkflowRun } from "../model.ts";
import { headCommitShape } from "./commit.ts";
import { pullReference } from "./pull.ts";
import { minimalRepositoryShape } from "./repository.ts";
import { instant, maybeInstant, repoUrl, repoWeb } from "./url.ts";
import { userShape } from "./user.ts";

/** A run, in answers and deliveries alike. */
export function workflowRunShape(core: Core, run: WorkflowRun) {
  const { repository, workflow } = run;
  const url = repoUrl(core, repository, `/actions/runs/${run.id}`);
  const commit = headCommitShape(repository, run.headSha);
  const actor = userShape(core, run.actor);
  return {
    id: run.id,
    name: workflow.name,
    node_id: run.nodeId,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: workflow.path,
    display_title: run.pull?.issue.title ?? commit.message.split("\n", 1)[0] ?? "",
    run_number: run.number,
    event: run.event as string,
    status: run.status as string,
    conclusion: run.conclusion,
    workflow_id: workflow.id,
    check_suite_id: run.suite.id,
    check_suite_node_id: run.suite.nodeId,
    url,
    html_url: repoWeb(core, repository, `/actions/runs/${run.id}`),
    pull_requests: run.pull && run.pull.issue.state === "open" ? [pullReference(core, run.pull)] : [],
    created_at: instant(run.createdAt),
    updated_at: instant(run.updatedAt),
    actor,
    run_attempt: run.attempt,
    referenced_workflows: [],
    run_started_at: instant(run.startedAt),
    triggering_actor: actor,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: repoUrl(core, repository, `/check-suites/${run.suite.id}`),
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: repoUrl(core, repository, `/actions/workflows/${workflow.id}`),
    head_commit: commit,
    repository: minimalRepositoryShape(core, repository),
    head_repository: minimalRepositoryShape(core, repository),
  };
}

export function workflowShape(core: Core, { repository, workflow, createdAt }: WorkflowRun) {
  const page = workflow.path;
  return {
    id: workflow.id,
    node_id: workflow.nodeId,
    name: workflow.name,
    path: page,
    state: "active",
    created_at: instant(createdAt),
    updated_at: instant(createdAt),
    url: repoUrl(core, repository, `/actions/workflows/${workflow.id}`),
    html_url: repoWeb(core, repository, `/blob/${repository.defaultBranch}/${page}`),
    badge_url: repoWeb(core, repository, `/workflows/${encodeURIComponent(workflow.name)}/badge.svg`),
  };
}

export function jobShape(core: Core, job: WorkflowJob) {
  const { run, check } = job;
  const { repository } = run;
  const ran = job.steps.length > 0;
  return {
    id: check.id,
    run_id: run.id,
    workflow_name: run.workflow.name,
    head_branch: run.headBranch,
    run_url: repoUrl(core, repository, `/actions/runs/${run.id}`),
    run_attempt: job.attempt,
    node_id: check.nodeId,
    head_sha: run.headSha,
    url: repoUrl(core, repository, `/actions/jobs/${check.id}`),
    html_url: repoWeb(core, repository, `/actions/runs/${run.id}/job/${check.id}`),
    status: check.status,
    conclusion: check.conclusion as "success" | "failure" | null,
    created_at: instant(check.startedAt ?? run.createdAt),
    started_at: instant(check.startedAt ?? run.createdAt),
    completed_at: maybeInstant(check.completedAt),
    name: check.name,
    steps: job.steps.map((step) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: step.number,
      started_at: maybeInstant(step.startedAt),
      completed_at: maybeInstant(step.completedAt),
    })),
    check_run_url: repoUrl(core, repository, `/check-runs/${check.id}`),
    labels: ["ubuntu-latest"],
    runner_id: ran ? 1 : null,
    runner_name: ran ? "GitHub Actions 1" : null,
    runner_group_id: ran ? 0 : null,
    runner_group_name: ran ? "GitHub Actions" : null,
  };
}
