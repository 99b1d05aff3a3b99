// The reads of restore and reconcile, on the forge: threads, surveys, repositories and failed deliveries.
import { afterAll, beforeAll, expect, test } from "vitest";
import { undelivered } from "../../src/github/deliveries/hooks.ts";
import { type Setup, setUp } from "./setup.ts";

let up: Setup;
beforeAll(async () => {
  up = await setUp();
});
afterAll(() => up.close());

test("a thread shows our own comments, who changed them, and who set the label", async () => {
  const { issue, ref } = up.newIssue();
  up.forge.as("alice").label(issue, "loop");
  const id = await up.port.createComment(ref, "<!-- loopgate:status k3f9 -->", "<!-- loopgate:status k3f9 -->", false);
  up.forge.as("carol").comment(issue, "<!-- loopgate:status k3f9 -->");
  const untouched = await up.port.readThread(ref, "loop", "<!-- loopgate:status ");
  expect(untouched).toMatchObject({ open: true, isPull: false, labels: ["loop"] });
  expect(untouched.labelledBy?.actor.login).toBe("alice");
  expect(untouched.ours.map((comment) => [comment.id, comment.editedBy])).toEqual([[id, null]]);
  await up.port.editComment(ref, id, "<!-- loopgate:status k3f9 --> again");
  expect((await up.port.readThread(ref, "loop", "x")).ours[0]?.editedBy).toBe(null);
  const [comment] = issue.comments;
  if (comment) up.forge.as("carol").editComment(comment, "mine");
  expect((await up.port.readThread(ref, "loop", "x")).ours[0]?.editedBy?.login).toBe("carol");
});

test("a thread is read in one request where the record is among the newest hundred comments", async () => {
  const { issue, ref } = up.newIssue();
  for (let n = 0; n < 150; n++) up.forge.as("carol").comment(issue, `word ${n}`);
  await up.port.createComment(ref, "<!-- loopgate:status k3f9 -->", "", false);
  up.sent();
  expect((await up.port.readThread(ref, "loop", "<!-- loopgate:status ")).ours).toHaveLength(1);
  expect(up.sent()).toEqual(["query ReadThread"]);
  for (let n = 0; n < 120; n++) up.forge.as("carol").comment(issue, `late ${n}`);
  expect((await up.port.readThread(ref, "loop", "<!-- loopgate:status ")).ours).toHaveLength(1);
  expect(up.sent()).toEqual(["query ReadThread", "query ReadThread"]);
});

test("a survey shows labelled issues and, of a loop, its issue, branch and pull request, in one request", async () => {
  const { issue } = up.newIssue({ title: "Surveyed" });
  up.forge.as("carol").label(issue, "loop");
  const branch = `loop/${issue.number}-k3f9`;
  const head = await up.forge.as("carol").push(up.repository, branch, { a: "b\n" }, "work");
  const pull = await up.forge
    .as("carol")
    .openPull(up.repository, { head: branch, base: "main", title: "t", draft: true });
  up.forge.as("alice").approve(pull);
  up.sent();
  const asked = [{ issue: issue.number, branch, pull: pull.issue.number }];
  const { labelled, loops } = await up.port.survey(up.where, "loop", asked);
  expect(up.sent()).toEqual(["query Survey"]);
  expect(labelled.find(({ number }) => number === issue.number)).toMatchObject({
    title: "Surveyed",
    labels: ["loop"],
    labelledBy: { actor: { login: "carol" } },
  });
  expect(loops).toMatchObject([
    {
      issue: issue.number,
      gone: false,
      open: true,
      labels: ["loop"],
      branch: { head: String(head), ours: false },
      pull: {
        number: pull.issue.number,
        open: true,
        merged: false,
        draft: true,
        head: String(head),
        checksDone: false,
      },
    },
  ]);
  expect(loops[0]?.pull?.reviews).toMatch(/^\d+ APPROVED$/);
  // Of a permission that comes or goes no webhook tells, so the look does.
  const { collaborators } = up.repository;
  const alice = up.forge.as("alice").user;
  const access = collaborators.get(alice);
  collaborators.set(alice, "read");
  const [without] = (await up.port.survey(up.where, "loop", asked)).loops;
  expect(without?.pull?.reviews).toMatch(/^\d+ APPROVED without write access$/);
  if (access === undefined) collaborators.delete(alice);
  else collaborators.set(alice, access);
  const [again] = (await up.port.survey(up.where, "loop", asked)).loops;
  expect(again?.pull?.reviews).toBe(loops[0]?.pull?.reviews);
  up.forge.as("carol").unlabel(issue, "loop");
  up.forge.as("alice").close(issue);
  const [after] = (await up.port.survey(up.where, "loop", asked)).loops;
  expect(after).toMatchObject({ open: false, closedBy: { login: "alice" }, unlabelledBy: { login: "carol" } });
});

test("an issue that is gone is told from the others", async () => {
  const { issue } = up.newIssue();
  const loop = { branch: null, pull: null };
  const asked = [
    { ...loop, issue: issue.number },
    { ...loop, issue: 9_999 },
  ];
  const { loops } = await up.port.survey(up.where, "loop", asked);
  expect(loops.map(({ issue: number, gone }) => [number, gone])).toEqual([
    [issue.number, false],
    [9_999, true],
  ]);
});

test("installations are listed, suspended ones as such, and the repositories of each, archived ones as such", async () => {
  const { installationId } = up.where;
  const owner = { user: up.repository.owner, app: null };
  const installation = up.forge.world.installations.find(({ id }) => id === installationId);
  expect(await up.port.listInstallations()).toEqual([{ id: installationId, suspended: false }]);
  expect(await up.port.listRepositories(installationId)).toEqual([{ ...up.where, takesPart: true }]);
  up.forge.world.archive(owner, up.repository, true);
  expect(await up.port.listRepositories(installationId)).toEqual([{ ...up.where, takesPart: false }]);
  up.forge.world.archive(owner, up.repository, false);
  if (installation === undefined) throw new Error("the App is not installed");
  up.forge.world.suspend(owner, installation, true);
  expect(await up.port.listInstallations()).toEqual([{ id: installationId, suspended: true }]);
  await expect(up.port.listRepositories(installationId)).rejects.toMatchObject({ kind: "unavailable" });
  up.forge.world.suspend(owner, installation, false);
  expect(await up.port.listRepositories(installationId)).toHaveLength(1);
});

const delivery = { id: 1, guid: "a", at: 0, statusCode: 503, event: "issues" };

test.each([
  ["one that failed", [delivery], [1]],
  ["one that failed and came through when sent again", [{ ...delivery, id: 2, statusCode: 202 }, delivery], []],
  ["one that failed twice, by its last try", [{ ...delivery, id: 2 }, delivery], [2]],
  ["one of an event that is not handled", [{ ...delivery, event: "star" }], []],
  ["one that failed five times", [5, 4, 3, 2, 1].map((id) => ({ ...delivery, id })), []],
  ["several, the oldest first", [{ ...delivery, id: 9, guid: "b" }, delivery], [1, 9]],
])("%s is asked for again, or not", (_, newestFirst, asked) => {
  expect(undelivered(newestFirst).map(({ id }) => id)).toEqual(asked);
});

test("one that GitHub will not send again keeps none of the others back; where GitHub is down, the rest is not tried", async () => {
  up.forge.setWebhook({ url: "http://127.0.0.1:9/", secret: "a secret of the tests" });
  for (let n = 0; n < 3; n++) up.newIssue();
  await up.forge.idle();
  const [first] = up.forge.deliveries;
  up.sent();
  up.forge.failNext(`POST /app/hook/deliveries/${first?.id}/attempts`, { status: 404 });
  expect(await up.port.redeliverFailed()).toBe(2);
  await up.forge.idle();
  expect(up.sent()).toHaveLength(4);
  up.forge.failNext("POST /app/hook/deliveries/:id/attempts", { status: 503 });
  await expect(up.port.redeliverFailed()).rejects.toMatchObject({ kind: "unavailable" });
  expect(up.sent()).toHaveLength(2);
});
