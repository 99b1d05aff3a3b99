// Check runs, check suites and annotations as GitHub shows them.
import { type Core, pullsOf } from "../core.ts";
import type { CheckAnnotation, CheckRun, CheckSuite } from "../model.ts";
import { appShape } from "./app.ts";
import { headCommitShape } from "./commit.ts";
import { pullReference } from "./pull.ts";
import { minimalRepositoryShape } from "./repository.ts";
import { instant, maybeInstant, repoUrl, repoWeb } from "./url.ts";

/** A check run as webhooks carry it: with its suite. */
export function checkRunShape(core: Core, run: CheckRun) {
  return { ...plainCheckRunShape(core, run), check_suite: suiteInRun(core, run.suite) };
}

/** A check run as REST answers it: the suite by id only. */
export function restCheckRunShape(core: Core, run: CheckRun) {
  return { ...plainCheckRunShape(core, run), check_suite: { id: run.suite.id } };
}

function plainCheckRunShape(core: Core, run: CheckRun) {
  const url = repoUrl(core, run.repository, `/check-runs/${run.id}`);
  const html = repoWeb(core, run.repository, `/runs/${run.id}`);
  return {
    id: run.id,
    name: run.name,
    node_id: run.nodeId,
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: maybeInstant(run.startedAt),
    completed_at: maybeInstant(run.completedAt),
    output: {
      title: run.output.title,
      summary: run.output.summary,
      text: run.output.text,
      annotations_count: run.output.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    app: appShape(core, run.app),
    pull_requests: pullsAt(core, run.suite),
  };
}

export function annotationShape(core: Core, run: CheckRun, annotation: CheckAnnotation) {
  return {
    path: annotation.path,
    blob_href: repoUrl(core, run.repository, `/contents/${annotation.path}?ref=${run.headSha}`),
    start_line: annotation.startLine,
    start_column: null,
    end_line: annotation.endLine,
    end_column: null,
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
    raw_details: annotation.rawDetails,
  };
}

/** A check suite as webhooks carry it. */
export function checkSuiteShape(core: Core, suite: CheckSuite) {
  const { repository } = suite;
  const url = repoUrl(core, repository, `/check-suites/${suite.id}`);
  return {
    id: suite.id,
    node_id: suite.nodeId,
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    status: suite.status,
    conclusion: suite.conclusion,
    url,
    before: suite.before,
    after: suite.headSha,
    pull_requests: pullsAt(core, suite),
    app: appShape(core, suite.app),
    created_at: instant(suite.createdAt),
    updated_at: instant(suite.updatedAt),
    rerequestable: true,
    runs_rerequestable: true,
    latest_check_runs_count: repository.runs.filter((run) => run.suite === suite).length,
    check_runs_url: `${url}/check-runs`,
    head_commit: headCommitShape(repository, suite.headSha),
  };
}

/** A check suite as REST answers it: with its repository. */
export function restCheckSuiteShape(core: Core, suite: CheckSuite) {
  return { ...checkSuiteShape(core, suite), repository: minimalRepositoryShape(core, suite.repository) };
}

function suiteInRun(core: Core, suite: CheckSuite) {
  const { head_commit, latest_check_runs_count, check_runs_url, rerequestable, runs_rerequestable, ...rest } =
    checkSuiteShape(core, suite);
  return rest;
}

function pullsAt(core: Core, suite: CheckSuite) {
  const open = pullsOf(suite.repository).filter(
    (pull) => pull.issue.state === "open" && pull.head.sha === suite.headSha,
  );
  return open.map((pull) => pullReference(core, pull));
}
