// Checks of a commit as the port reads them: to the last page, with times, suites and workflows, and without a permission it may lack.
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Setup, setUp } from "./setup.ts";

let up: Setup;
let pull: { number: number; sha: string };

beforeEach(async () => {
  up = await setUp();
  const sha = await up.forge.as("carol").push(up.repository, "loop/1-a", { "a.txt": "a\n" }, "Add");
  const opened = await up.forge.as("carol").openPull(up.repository, { title: "Add", head: "loop/1-a", base: "main" });
  pull = { number: opened.issue.number, sha };
});
afterEach(() => up.close());

async function report(name: string, conclusion: "success" | "failure"): Promise<void> {
  const { world, ciApp } = up.forge;
  const check = { name, headSha: pull.sha, headBranch: "loop/1-a", status: "completed", conclusion } as const;
  await world.createCheckRun(world.actorOf(ciApp), up.repository, check);
}

test("all of 230 checks are read, and the last of them counts, for a verdict and at the gate", async () => {
  for (let n = 0; n < 229; n++) await report(`job ${n}`, "success");
  await report("the last", "failure");
  up.sent();
  const read = await up.port.readCi(up.where, pull.number, pull.sha);
  expect(read.checks).toHaveLength(230);
  expect(read.truncated).toBe(false);
  expect(read.checks.find(({ name }) => name === "the last")?.conclusion).toBe("failure");
  expect(up.sent()).toEqual(["query ReadCi", "query ReadMoreCi", "query ReadMoreCi"]);
  const gate = await up.port.readPull(up.where, pull.number);
  expect(gate.ci.checks).toHaveLength(230);
  expect(gate.ci.truncated).toBe(false);
});

test("a check has the time at which it began and the suite it belongs to", async () => {
  await report("test", "success");
  const [check] = (await up.port.readCi(up.where, pull.number, pull.sha)).checks;
  expect(check).toMatchObject({ suite: expect.any(Number), startedAt: expect.any(Number), workflow: null });
});

test("an installation that has not accepted `actions` is read without workflows, and asked again an hour later", async () => {
  await report("test", "success");
  const refused = {
    status: 200,
    body: { data: null, errors: [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }] },
  };
  up.forge.failNext("graphql query ReadCi", refused);
  up.sent();
  const [check] = (await up.port.readCi(up.where, pull.number, pull.sha)).checks;
  expect(check?.conclusion).toBe("success");
  expect(check).not.toHaveProperty("workflow");
  expect(up.sent()).toEqual(["query ReadCi", "query ReadCi"]);
  const [again] = (await up.port.readCi(up.where, pull.number, pull.sha)).checks;
  expect(again).not.toHaveProperty("workflow");
  expect(up.sent()).toEqual(["query ReadCi"]);
});
