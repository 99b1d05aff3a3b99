// The base is merged into a loop's branch, and the commit that comes of it is named.
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Setup, setUp } from "./setup.ts";

let up: Setup;
beforeEach(async () => {
  up = await setUp();
});
afterEach(() => up.close());

const branch = "loop/1-a";

/** A branch with a commit of its own, and a base with `files` since. */
async function apart(files: Record<string, string>) {
  const push = (login: string, to: string, changed: Record<string, string>) =>
    up.forge.as(login).push(up.repository, to, changed, "Change");
  const head = await push("carol", branch, { "a.txt": "a\n", "mine.txt": `${Object.keys(files)}` });
  const sha = await push("alice", "main", files);
  up.sent();
  return { branch, head, base: { branch: "main", sha } };
}

const tip = async () => (await up.port.survey(up.where, "loop", [{ issue: 1, branch, pull: null }])).loops;

test("one request names the merge, which is the App's and whose parents are the two", async () => {
  up.newIssue();
  const of = await apart({ "b.txt": "b\n" });
  const outcome = await up.port.updateBranch(up.where, of);
  expect(up.sent()).toEqual(["write POST /repos/{owner}/{repo}/merges"]);
  expect(outcome).toEqual({ status: "updated", head: (await tip())[0]?.branch?.head });
  expect(outcome).not.toMatchObject({ head: of.head });
});

test("F27: asked again since the answer was lost, it is found and not made again", async () => {
  const of = await apart({ "b.txt": "b\n" });
  const first = await up.port.updateBranch(up.where, of);
  up.sent();
  expect(await up.port.updateBranch(up.where, of)).toEqual(first);
  expect(up.sent()).toEqual([
    "write POST /repos/{owner}/{repo}/merges",
    expect.stringMatching("^read GET /repos/{owner}/{repo}/commits/"),
  ]);
});

test("I8: what a person pushed meanwhile stays below the merge, and is told of", async () => {
  const of = await apart({ "b.txt": "b\n" });
  await up.forge.as("carol").push(up.repository, branch, { "c.txt": "c\n" }, "Meanwhile");
  expect(await up.port.updateBranch(up.where, of)).toMatchObject({ status: "moved" });
});

test("a merge that a person made is that person's push", async () => {
  const of = await apart({ "b.txt": "b\n" });
  const { actor } = up.forge.as("carol");
  const head = await up.forge.world.mergeBranch(actor, up.repository, branch, of.base.sha);
  expect(await up.port.updateBranch(up.where, of)).toEqual({ status: "moved", head });
});

test("a conflict, a branch that has its base, and a rule in the way are told apart", async () => {
  const of = await apart({ "a.txt": "other\n" });
  expect(await up.port.updateBranch(up.where, of)).toEqual({ status: "conflict" });
  const before = { ...of.base, sha: of.head };
  expect(await up.port.updateBranch(up.where, { ...of, base: before })).toEqual({ status: "current" });
  up.repository.pushRules.push({ refs: "loop/**", kind: "linear" });
  const linear = await apart({ "d.txt": "d\n", "a.txt": "a\n" });
  expect(await up.port.updateBranch(up.where, linear)).toMatchObject({
    status: "refused",
    message: expect.stringContaining("This branch must not contain merge commits"),
  });
  up.repository.pushRules.length = 0;
  const free = await apart({ "c.txt": "c\n", "a.txt": "a\n" });
  const rule = { requiredChecks: [], requiredApprovals: 0, allowForcePushes: true };
  up.repository.rules.set(branch, { ...rule, restrictPushes: true });
  expect(await up.port.updateBranch(up.where, free)).toMatchObject({ status: "refused" });
});
