// The log of a job as the port reads it: its end, without a credential where it is kept, or why there is none.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { JobFile } from "../../src/forge/model.ts";
import { type Setup, setUp } from "./setup.ts";

let up: Setup;
beforeEach(async () => {
  up = await setUp();
});
afterEach(() => up.close());

/** The ids of the jobs of these workflows, once they have ended. */
async function jobs(...files: JobFile[]): Promise<number[]> {
  up.repository.ci = { mode: "actions", workflows: [{ name: "CI", jobs: files }] };
  await up.forge.as("carol").push(up.repository, "work", { "a.txt": "a\n" }, "Add");
  await up.forge.idle();
  up.sent();
  return up.repository.runs.map(({ id }) => id);
}

const failed = (log: string): JobFile => ({ name: "test", conclude: async () => ({ conclusion: "failure", log }) });

test("a log is read from where GitHub keeps it, with one request to GitHub", async () => {
  const [job = 0] = await jobs(failed("expected 5, got 1"));
  const log = await up.port.readJobLog(up.where, job);
  expect(log).toEqual({ text: expect.stringContaining("Z expected 5, got 1\n") });
  expect(up.sent()).toEqual(["read GET /repos/{owner}/{repo}/actions/jobs/{number}/logs"]);
});

test("of a log of 9 MB the last 4 MiB are read", async () => {
  const [job = 0] = await jobs(failed(`the beginning\n${"a line of noise\n".repeat(200_000)}the end`));
  const log = await up.port.readJobLog(up.where, job);
  const text = "text" in log ? log.text : "";
  expect(text.length).toBeGreaterThan(4_000_000);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect(text).toContain("Z the end\n");
  expect(text).not.toContain("the beginning");
});

test("a job that was skipped has no log, one that has expired says so, and one nobody knows has none", async () => {
  const [job = 0, skipped = 0] = await jobs(failed("x"), { name: "deploy", if: () => false });
  expect(await up.port.readJobLog(up.where, skipped)).toEqual({ missing: "not_there" });
  for (const one of up.repository.workflowRuns[0]?.jobs ?? []) one.logExpired = true;
  expect(await up.port.readJobLog(up.where, job)).toEqual({ missing: "expired" });
  expect(await up.port.readJobLog(up.where, 999_999_999)).toEqual({ missing: "not_there" });
});

test("without the permission `actions` the log is forbidden; a limit and an outage are faults", async () => {
  const [job = 0] = await jobs(failed("x"));
  const route = "GET /repos/:owner/:repo/actions/jobs/:id/logs";
  up.forge.failNext(route, { status: 403, body: { message: "Resource not accessible by integration" } });
  expect(await up.port.readJobLog(up.where, job)).toEqual({ missing: "forbidden" });
  up.forge.failNext(route, { status: 502, body: { message: "Bad gateway" } });
  await expect(up.port.readJobLog(up.where, job)).rejects.toMatchObject({ kind: "unavailable", retry: "later" });
});

test("the checks of a commit name the jobs behind them, and no job where a step made the check itself", async () => {
  await jobs(failed("x"));
  const sha = up.repository.runs[0]?.headSha ?? "";
  const { world, actionsApp } = up.forge;
  const output = { title: "Report", summary: "1 failed", text: null, annotations: [] };
  const check = {
    name: "report",
    headSha: sha,
    headBranch: "work",
    status: "completed",
    conclusion: "failure",
  } as const;
  await world.createCheckRun(world.actorOf(actionsApp), up.repository, { ...check, output });
  const pull = await up.forge.as("carol").openPull(up.repository, { title: "Add", head: "work", base: "main" });
  const { checks } = await up.port.readCi(up.where, pull.issue.number, sha);
  expect(checks.map(({ name, job }) => [name, job])).toEqual([
    ["test", up.repository.runs[0]?.id],
    ["report", null],
  ]);
  expect(checks[0]?.annotations).toMatchObject([{ path: ".github", level: "failure" }]);
});
