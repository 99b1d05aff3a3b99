// What people do on the forge arrives through the real door as the events we expect, and what we do arrives as nothing.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import app from "../../src/app.ts";
import type { Arrival } from "../../src/github/deliveries/arrival.ts";
import { deliveryHandler } from "../../src/github/deliveries/deliveries.ts";
import { startProbot } from "../../src/github/deliveries/probot.ts";
import { payloadReader } from "../../src/github/deliveries/reading.ts";
import { type Setup, setUp } from "./setup.ts";

const secret = "a webhook secret, long enough";
let up: Setup;
let server: Server;
const stored: Arrival[] = [];

beforeAll(async () => {
  up = await setUp();
  const { id: appId, privateKey } = up.forge.app;
  const probot = await startProbot(app, { appId, privateKey, secret, log: pino({ level: "silent" }) });
  const accept = async (delivery: Arrival) => stored.push(delivery) > 0;
  const { slug } = up.forge.app;
  const reader = payloadReader({ appId, slug, triggerLabels: ["loop"], newLoopId: () => "k3f9" });
  const now = () => up.forge.world.now();
  const handle = deliveryHandler({ probot, secrets: [secret], reader, accept, now, log: () => {} });
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  up.forge.setWebhook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, secret });
});

afterAll(async () => {
  await up.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

/** The events that came of what was done since the last call, as `route type`, ignored ones left out. */
async function heard(): Promise<string[]> {
  await up.forge.idle();
  return stored.splice(0).flatMap(({ translated: result }) => {
    if (result.kind === "ignored") return [];
    expect(result.repositoryId).toBe(up.repository.id);
    return result.events.map((event) => `${JSON.stringify(result.route)} ${event.type}`);
  });
}

test("people's labels, commands, closings and edits of our comments", async () => {
  const { issue, ref } = up.newIssue();
  const alice = up.forge.as("alice");
  const at = `{"issue":${issue.number}}`;
  await heard();
  alice.label(issue, "loop");
  expect(await heard()).toEqual([`${at} labelled`]);
  alice.label(issue, "bug");
  expect(await heard()).toEqual([]);
  alice.comment(issue, "/loop status");
  alice.comment(issue, "just talking");
  expect(await heard()).toEqual([`${at} command`]);
  await up.port.createComment(ref, "Running.", "Running", false);
  const [ours] = issue.comments.filter((comment) => comment.via);
  if (ours) alice.editComment(ours, "Done, says alice.");
  if (ours) alice.deleteComment(ours);
  expect(await heard()).toEqual([`${at} record_edited`, `${at} record_deleted`]);
  alice.unlabel(issue, "loop");
  alice.close(issue);
  expect(await heard()).toEqual([`${at} unlabelled`, `${at} issue_closed`]);
});

test("our own labels, comments, pull requests and check runs are silent (I17)", async () => {
  const { ref } = up.newIssue();
  const head = await up.forge.as("carol").push(up.repository, "loop/9-own", { "own.txt": "1\n" }, "Add");
  await heard();
  await up.port.changeLabels(ref, { add: ["loop"], remove: [] });
  await up.port.createComment(ref, "/loop stop", "stop", false);
  await up.port.openPull(ref, { head: "loop/9-own", base: "main", title: "Add", body: "", draft: true }, false);
  await up.port.publishCheck(
    up.where,
    {
      name: "loop / review",
      head,
      externalId: "x",
      conclusion: "success",
      title: "Good",
      summary: "Good.",
      text: "",
      annotations: [],
    },
    false,
  );
  await up.port.changeLabels(ref, { add: [], remove: ["loop"] });
  expect(await heard()).toEqual([]);
});

test("pushes, reviews and the end of the pull request", async () => {
  const { issue, ref } = up.newIssue();
  const carol = up.forge.as("carol");
  const branch = `loop/${issue.number}-k3f9`;
  await carol.push(up.repository, branch, { "a.txt": "1\n" }, "Add");
  const { number } = await up.port.openPull(
    ref,
    { head: branch, base: "main", title: "Add", body: "", draft: true },
    false,
  );
  const pull = up.repository.issues.get(number)?.pull;
  if (!pull) throw new Error("the pull request was not opened");
  await heard();
  await carol.push(up.repository, branch, { "a.txt": "2\n" }, "Change");
  expect((await heard()).sort()).toEqual([
    `{"branch":"${branch}"} branch_moved`,
    `{"branch":"${branch}"} branch_moved`,
  ]);
  const review = up.forge.as("alice").requestChanges(pull, "Not yet.");
  up.forge.as("alice").dismiss(review, "It is fine after all.");
  up.forge.as("alice").comment(pull, "/loop retry");
  const at = `{"pull":${number}}`;
  expect(await heard()).toEqual([`${at} review_submitted`, `${at} review_submitted`, `${at} command`]);
  up.forge.as("alice").close(pull);
  await carol.deleteBranch(up.repository, branch);
  expect(await heard()).toEqual([`${at} pull_closed`, `{"branch":"${branch}"} branch_deleted`]);
});
