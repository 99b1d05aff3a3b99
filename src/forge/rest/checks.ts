// Check runs and check suites.

import { Hono } from "hono";
import type { CheckRunFields } from "../actions/checks.ts";
import { latestInSuites } from "../actions/latest.ts";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { bodyOf, numberIn, pageOf, textField } from "../http/answer.ts";
import type { CheckAnnotation, CheckOutput, CheckRun, CheckSuite } from "../model.ts";
import { notFound, unprocessable } from "../refusal.ts";
import { annotationShape, restCheckRunShape, restCheckSuiteShape } from "../shapes/check.ts";
import type { World } from "../world.ts";
import { actorIn, commitIn, repositoryIn, restOfPath } from "./scope.ts";

const base = "/repos/:owner/:repo";

export function checks(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.post(`${base}/check-runs`, async (c) => {
    const repository = repositoryIn({ world, c }, [["checks"], "write"]);
    const body = await bodyOf(c);
    const name = textField(body, "name", "CheckRun") ?? "";
    const headSha = textField(body, "head_sha", "CheckRun") ?? "";
    const run = await world.createCheckRun(actorIn({ world, c }), repository, { name, headSha, ...fieldsIn(body) });
    return c.json(restCheckRunShape(world, run), 201);
  });
  routes.get(`${base}/check-runs/:id`, (c) => c.json(restCheckRunShape(world, runIn(world, c, "read"))));
  routes.patch(`${base}/check-runs/:id`, async (c) => {
    const run = runIn(world, c, "write");
    const body = await bodyOf(c);
    const name = textField(body, "name", "CheckRun");
    return c.json(
      restCheckRunShape(
        world,
        world.updateCheckRun(actorIn({ world, c }), run, { ...fieldsIn(body), ...(name ? { name } : {}) }),
      ),
    );
  });
  routes.get(`${base}/check-runs/:id/annotations`, (c) => {
    const run = runIn(world, c, "read");
    return c.json(pageOf(c, run.output.annotations).map((one) => annotationShape(world, run, one)));
  });
  routes.post(`${base}/check-runs/:id/rerequest`, (c) => {
    world.rerequestCheckRun(actorIn({ world, c }), runIn(world, c, "write"));
    return c.json({}, 201);
  });
  return routes.route("/", ofCommit(world)).route("/", suites(world));
}

function ofCommit(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/commits/:ref{.+}/check-runs`, async (c) => {
    const repository = repositoryIn({ world, c }, [["checks"], "read"]);
    const sha = await commitIn(repository, restOfPath(c, /\/commits\//, /\/check-runs$/));
    return answerRuns(
      world,
      c,
      repository.runs.filter((run) => run.headSha === sha),
    );
  });
  routes.get(`${base}/commits/:ref{.+}/check-suites`, async (c) => {
    const repository = repositoryIn({ world, c }, [["checks"], "read"]);
    const sha = await commitIn(repository, restOfPath(c, /\/commits\//, /\/check-suites$/));
    const appId = c.req.query("app_id");
    const found = repository.suites.filter(
      (suite) => suite.headSha === sha && (!appId || suite.app.id === Number(appId)),
    );
    return c.json({
      total_count: found.length,
      check_suites: pageOf(c, found).map((suite) => restCheckSuiteShape(world, suite)),
    });
  });
  return routes;
}

function suites(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/check-suites/:id`, (c) => c.json(restCheckSuiteShape(world, suiteIn(world, c))));
  routes.get(`${base}/check-suites/:id/check-runs`, (c) => {
    const suite = suiteIn(world, c);
    return answerRuns(
      world,
      c,
      suite.repository.runs.filter((run) => run.suite === suite),
    );
  });
  return routes;
}

/** A list of runs, narrowed as the query asks: by name, App, status, and by default the newest of each. */
function answerRuns(world: World, c: ForgeContext, all: readonly CheckRun[]): Response {
  const { check_name: name, app_id: appId, status, filter = "latest" } = c.req.query();
  const fits = (run: CheckRun) =>
    (!name || run.name === name) && (!appId || run.app.id === Number(appId)) && (!status || run.status === status);
  const found = (filter === "all" ? all : latestInSuites(all)).filter(fits).toReversed();
  return c.json({
    total_count: found.length,
    check_runs: pageOf(c, found).map((run) => restCheckRunShape(world, run)),
  });
}

function runIn(world: World, c: ForgeContext, level: "read" | "write"): CheckRun {
  const repository = repositoryIn({ world, c }, [["checks"], level]);
  const run = repository.runs.find((one) => one.id === numberIn(c, "id"));
  if (!run) throw notFound();
  return run;
}

function suiteIn(world: World, c: ForgeContext): CheckSuite {
  const repository = repositoryIn({ world, c }, [["checks"], "read"]);
  const suite = repository.suites.find((one) => one.id === numberIn(c, "id"));
  if (!suite) throw notFound();
  return suite;
}

function fieldsIn(body: Record<string, unknown>): CheckRunFields {
  const text = (name: string) => textField(body, name, "CheckRun");
  const at = (name: string) => (text(name) ? Date.parse(text(name) as string) : undefined);
  const fields = {
    status: text("status") as CheckRun["status"] | undefined,
    conclusion: text("conclusion") as CheckRun["conclusion"] | undefined,
    externalId: text("external_id"),
    detailsUrl: text("details_url"),
    startedAt: at("started_at"),
    completedAt: at("completed_at"),
    output: body.output ? outputIn(body.output as Record<string, unknown>) : undefined,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function outputIn(output: Record<string, unknown>): Partial<CheckOutput> {
  const [title, summary, text] = ["title", "summary", "text"].map((name) => textField(output, name, "CheckRun"));
  if (title === undefined || summary === undefined)
    throw unprocessable({
      resource: "CheckRun",
      code: "missing_field",
      field: title === undefined ? "title" : "summary",
    });
  const list = Array.isArray(output.annotations) ? output.annotations.map(annotationIn) : [];
  return { title, summary, text: text ?? null, annotations: list };
}

function annotationIn(one: Record<string, unknown>): CheckAnnotation {
  const level = one.annotation_level as CheckAnnotation["level"];
  const isValid =
    typeof one.path === "string" &&
    Number.isInteger(one.start_line) &&
    Number.isInteger(one.end_line) &&
    typeof one.message === "string";
  if (!isValid || !["notice", "warning", "failure"].includes(level))
    throw unprocessable({ resource: "CheckAnnotation", code: "invalid", field: "annotations" });
  return {
    path: one.path as string,
    startLine: one.start_line as number,
    endLine: one.end_line as number,
    level,
    message: one.message as string,
    title: (one.title as string) ?? null,
    rawDetails: (one.raw_details as string) ?? null,
  };
}
