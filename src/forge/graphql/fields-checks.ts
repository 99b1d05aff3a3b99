// Check suites, check runs, commit statuses, and the rollup of all that was reported on a commit.

import { failing, latestInSuites, latestRuns } from "../actions/latest.ts";
import { latestStatuses } from "../actions/statuses.ts";
import type { PermissionName } from "../caller.ts";
import type {
  CheckAnnotation,
  CheckRun,
  CheckSuite,
  CommitStatus,
  Pull,
  Repository,
  WorkflowRun,
  WorkflowStep,
} from "../model.ts";
import { repoWeb } from "../shapes/url.ts";
import { connection, type Item, itemsOf } from "./connection.ts";
import { declined, orError } from "./errors.ts";
import { commitSource, refSource } from "./git-source.ts";
import { need } from "./reach.ts";
import {
  type Args,
  actorSource,
  dateTime,
  dateTimeOrNull,
  type Fields,
  fieldsOf,
  type Reading,
  type Source,
  source,
} from "./source.ts";

interface Rollup {
  readonly repository: Repository;
  readonly sha: string;
  readonly runs: readonly CheckRun[];
  readonly statuses: readonly CommitStatus[];
  /** Whether the query asks for the contexts beside the state. */
  readonly listed: boolean;
}

export const checkFields: Readonly<Record<string, Fields>> = {
  StatusCheckRollup: fieldsOf<Rollup>({
    state: (rollup) => stateOf(rollup),
    commit: ({ repository, sha }) => commitSource(repository, sha),
    contexts: (rollup, args, reading, field) =>
      connection("StatusCheckRollupContextConnection", field, args, contextsOf(rollup, reading), {
        checkRunCount: rollup.runs.length,
        statusContextCount: rollup.statuses.length,
      }),
  }),
  StatusCheckRollupContextConnection: fieldsOf<{ more: Record<string, unknown> }>({
    checkRunCount: ({ more }) => more.checkRunCount,
    statusContextCount: ({ more }) => more.statusContextCount,
  }),
  CheckSuite: fieldsOf<CheckSuite>({
    id: (suite) => suite.nodeId,
    databaseId: (suite) => suite.id,
    app: (suite) => source("App", suite.app),
    status: (suite) => suite.status.toUpperCase(),
    conclusion: (suite) => suite.conclusion?.toUpperCase() ?? null,
    createdAt: (suite) => dateTime(suite.createdAt),
    updatedAt: (suite) => dateTime(suite.updatedAt),
    repository: ({ repository }) => source("Repository", repository),
    commit: ({ repository, headSha }) => commitSource(repository, headSha),
    branch: ({ repository, headBranch }) => headBranch && refSource(repository, `refs/heads/${headBranch}`),
    workflowRun: ({ workflowRun }, _args, reading) => {
      if (workflowRun === null) return null;
      need(workflowRun.repository, reading, ["actions"]);
      return source("WorkflowRun", workflowRun);
    },
    checkRuns: (suite, args, _reading, field) =>
      connection("CheckRunConnection", field, args, itemsOf("CheckRun", runsWanted(suite, args))),
  }),
  WorkflowRun: fieldsOf<WorkflowRun>({
    id: (run) => run.nodeId,
    databaseId: (run) => run.id,
    event: (run) => run.event,
    runNumber: (run) => run.number,
    url: (run, _args, { world }) => repoWeb(world, run.repository, `/actions/runs/${run.id}`),
    createdAt: (run) => dateTime(run.createdAt),
    updatedAt: (run) => dateTime(run.updatedAt),
    checkSuite: ({ suite }) => source("CheckSuite", suite),
    workflow: ({ workflow }) => source("Workflow", workflow),
  }),
  Workflow: fieldsOf<WorkflowRun["workflow"]>({
    id: ({ nodeId }) => nodeId,
    databaseId: ({ id }) => id,
    name: ({ name }) => name,
    state: () => "ACTIVE",
  }),
  CheckRun: fieldsOf<CheckRun>({
    id: (run) => run.nodeId,
    databaseId: (run) => run.id,
    name: (run) => run.name,
    status: (run) => run.status.toUpperCase(),
    conclusion: (run) => run.conclusion?.toUpperCase() ?? null,
    title: (run) => run.output.title,
    summary: (run) => run.output.summary,
    text: (run) => run.output.text,
    externalId: (run) => run.externalId || null,
    detailsUrl: (run) => run.detailsUrl,
    url: (run, _args, { world }) => repoWeb(world, run.repository, `/runs/${run.id}`),
    permalink: (run, _args, { world }) => repoWeb(world, run.repository, `/runs/${run.id}`),
    repository: ({ repository }) => source("Repository", repository),
    startedAt: (run) => dateTimeOrNull(run.startedAt),
    completedAt: (run) => dateTimeOrNull(run.completedAt),
    checkSuite: (run) => source("CheckSuite", run.suite),
    isRequired: (run, args) => isRequired(run.repository, args, run.name),
    steps: (run, args, _reading, field) => {
      const job = run.suite.workflowRun?.jobs.find((one) => one.check === run);
      if (job === undefined) return null;
      const wanted = job.steps.filter(({ number }) => args.number == null || args.number === number);
      return connection(
        "CheckStepConnection",
        field,
        args,
        wanted.map((one) => ({ key: one.number, node: source("CheckStep", one) })),
      );
    },
    annotations: (run, args, _reading, field) =>
      connection(
        "CheckAnnotationConnection",
        field,
        args,
        run.output.annotations.map((one, index) => ({ key: index, node: source("CheckAnnotation", one) })),
      ),
  }),
  CheckAnnotation: fieldsOf<CheckAnnotation>({
    path: (one) => one.path,
    message: (one) => one.message,
    title: (one) => one.title,
    rawDetails: (one) => one.rawDetails,
    annotationLevel: (one) => one.level.toUpperCase(),
    location: (one) => source("CheckAnnotationSpan", one),
  }),
  CheckStep: fieldsOf<WorkflowStep>({
    name: (one) => one.name,
    number: (one) => one.number,
    status: (one) => one.status.toUpperCase(),
    conclusion: (one) => one.conclusion?.toUpperCase() ?? null,
    startedAt: (one) => dateTimeOrNull(one.startedAt),
    completedAt: (one) => dateTimeOrNull(one.completedAt),
  }),
  CheckAnnotationSpan: fieldsOf<CheckAnnotation>({
    start: (one) => source("CheckAnnotationPosition", one.startLine),
    end: (one) => source("CheckAnnotationPosition", one.endLine),
  }),
  CheckAnnotationPosition: fieldsOf<number>({ line: (line) => line, column: () => null }),
  StatusContext: fieldsOf<CommitStatus>({
    id: (status) => status.nodeId,
    context: (status) => status.context,
    state: (status) => status.state.toUpperCase(),
    description: (status) => status.description,
    targetUrl: (status) => status.targetUrl,
    createdAt: (status) => dateTime(status.createdAt),
    creator: (status) => actorSource(status.creator),
    isRequired: (status, args) => isRequired(status.repository, args, status.context),
    commit: ({ repository, sha }) => commitSource(repository, sha),
  }),
};

/**
 * All that was reported on a commit; null when nothing was. Runs that newer ones superseded are listed too, and counted
 * in the state where the query asks for the contexts beside it: https://github.com/pvcnt/mergeable/pull/190
 */
export function rollupOf(repository: Repository, sha: string, listed: boolean): Source<Rollup> | null {
  const runs = repository.runs.filter((run) => run.headSha === sha);
  const statuses = latestStatuses(repository, sha);
  if (runs.length + statuses.length === 0) return null;
  return source("StatusCheckRollup", { repository, sha, runs, statuses, listed });
}

/** The check suites of a commit. */
export function suitesOf(repository: Repository, sha: string, args: Args, field: string): Source {
  const suites = repository.suites.filter((suite) => suite.headSha === sha && appWanted(suite, args));
  return connection("CheckSuiteConnection", field, args, itemsOf("CheckSuite", suites));
}

function appWanted(suite: CheckSuite, { filterBy }: Args): boolean {
  return filterBy?.appId == null || filterBy.appId === suite.app.id;
}

/** All of them unless the newest are asked for. */
function runsWanted(suite: CheckSuite, { filterBy }: Args): CheckRun[] {
  const own = suite.repository.runs.filter((run) => run.suite === suite);
  const runs = filterBy?.checkType === "LATEST" ? latestInSuites(own) : own;
  return runs.filter((run) => filterBy?.checkName == null || filterBy.checkName === run.name);
}

/** What the caller may not read is an error in its place: a rollup never looks shorter, and so greener, than it is. */
function contextsOf({ repository, runs, statuses }: Rollup, reading: Reading): Item[] {
  const items = (permission: PermissionName, list: Item[]): Item[] =>
    list.map((item) => {
      const node = orError(() => {
        need(repository, reading, [permission]);
        return item.node;
      });
      return { ...item, node };
    });
  return [...items("checks", itemsOf("CheckRun", runs)), ...items("statuses", itemsOf("StatusContext", statuses))];
}

/**
 * Whether the rules of the pull request's base branch ask for this name. GitHub does not say whether the App that they
 * expect matters here, so it does not.
 */
function isRequired(repository: Repository, args: Args, name: string): boolean {
  const rule = repository.rules.get(pullAsked(repository, args).base.ref);
  return rule?.requiredChecks.some((check) => check.context === name) ?? false;
}

function pullAsked(repository: Repository, { pullRequestNumber, pullRequestId }: Args): Pull {
  if (pullRequestNumber == null && pullRequestId == null)
    throw declined("ARGUMENT_ERROR", "A pull request ID or pull request number is required.");
  for (const { pull } of repository.issues.values()) {
    if (pull && (pull.issue.number === pullRequestNumber || pull.nodeId === pullRequestId)) return pull;
  }
  throw declined("NOT_FOUND", `Could not resolve to a PullRequest with ${pullRequestId ?? pullRequestNumber}.`);
}

function stateOf({ runs: all, statuses, listed }: Rollup): "ERROR" | "FAILURE" | "PENDING" | "SUCCESS" {
  const runs = listed ? all : latestRuns(all);
  if (statuses.some((status) => status.state === "error")) return "ERROR";
  const red = runs.some((run) => run.conclusion !== null && failing.includes(run.conclusion));
  if (red || statuses.some((status) => status.state === "failure")) return "FAILURE";
  const open = runs.some((run) => run.status !== "completed") || statuses.some((status) => status.state === "pending");
  return open ? "PENDING" : "SUCCESS";
}
