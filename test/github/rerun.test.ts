// What failed on a commit is run again: a workflow's failed jobs together, another App's check run by itself.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ScriptedCi } from "../../src/forge/model.ts";
import { type Setup, setUp } from "./setup.ts";

let up: Setup;
beforeEach(async () => {
  up = await setUp();
});
afterEach(() => up.close());

/** The id of a workflow run with two jobs, once it has come this far. */
async function aWorkflowRun(conclude: () => ScriptedCi | Promise<ScriptedCi>, ends = true): Promise<number> {
  const files = ["test", "lint"].map((name) => ({ name, conclude }));
  up.repository.ci = { mode: "actions", workflows: [{ name: "CI", jobs: files }] };
  await up.forge.as("carol").push(up.repository, "work", { "a.txt": "a\n" }, "Add");
  if (ends) await up.forge.idle();
  up.sent();
  return up.repository.workflowRuns.at(-1)?.id ?? 0;
}

function mayWrite(): void {
  for (const one of up.forge.world.installations) one.permissions = { ...one.permissions, actions: "write" };
}

const failing = (): ScriptedCi => ({ conclusion: "failure" });

test("the failed jobs of a workflow run with one request, where the App may", async () => {
  mayWrite();
  const id = await aWorkflowRun(failing);
  expect(await up.port.rerunChecks(up.where, [{ of: "workflow", id }])).toBe("asked");
  expect(up.sent()).toEqual(["write POST /repos/{owner}/{repo}/actions/runs/{number}/rerun-failed-jobs"]);
  await up.forge.idle();
  expect(up.repository.workflowRuns.at(-1)?.attempt).toBe(2);
});

test("without `actions: write` it is refused, and no fault", async () => {
  const id = await aWorkflowRun(failing);
  expect(await up.port.rerunChecks(up.where, [{ of: "workflow", id }])).toBe("refused");
  expect(up.repository.workflowRuns.at(-1)?.attempt).toBe(1);
});

test("asked twice, what runs already is as good as asked and not begun anew", async () => {
  mayWrite();
  const id = await aWorkflowRun(failing);
  const held = Promise.withResolvers<ScriptedCi>();
  const run = up.repository.workflowRuns.at(-1);
  for (const job of run?.file.jobs ?? []) Object.assign(job, { conclude: () => held.promise });
  const again = [{ of: "workflow" as const, id }];
  expect(await up.port.rerunChecks(up.where, again)).toBe("asked");
  expect(await up.port.rerunChecks(up.where, again)).toBe("asked");
  expect(run?.attempt).toBe(2);
  held.resolve({ conclusion: "success" });
  await up.forge.idle();
});

test("another App's check run is asked for by itself; one that is gone is refused, an outage a fault", async () => {
  up.repository.ci = { mode: "scripted", conclude: failing };
  await up.forge.as("carol").push(up.repository, "work", { "a.txt": "a\n" }, "Add");
  await up.forge.idle();
  const id = up.repository.runs.at(-1)?.id ?? 0;
  expect(await up.port.rerunChecks(up.where, [{ of: "check", id: 999_999 }])).toBe("refused");
  expect(await up.port.rerunChecks(up.where, [{ of: "check", id }])).toBe("asked");
  await up.forge.idle();
  expect(up.repository.runs).toHaveLength(2);
  const route = "POST /repos/:owner/:repo/check-runs/:id/rerequest";
  up.forge.failNext(route, { status: 502, body: { message: "Bad gateway" } });
  const asked = up.port.rerunChecks(up.where, [{ of: "check", id }]);
  await expect(asked).rejects.toMatchObject({ kind: "unavailable", retry: "later" });
});
