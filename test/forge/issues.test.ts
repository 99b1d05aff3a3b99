// Issues, labels, comments and reactions over REST, and the limits GitHub puts on them.
import { expect, test } from "vitest";
import { aForge, appClient, demo, refusal, tokenClient } from "./local-forge.ts";

test("the App comments, edits and deletes, and is named as the author", async () => {
  const forge = await aForge();
  const issue = forge.as("willa").openIssue("acme/demo", { title: "A bug", body: "It is off by one." });
  const client = appClient(forge);
  const { data: made } = await client.issues.createComment({ ...demo, issue_number: issue.number, body: "First" });
  expect(made).toMatchObject({
    body: "First",
    user: { login: "loopgate[bot]", type: "Bot" },
    performed_via_github_app: { id: forge.app.id },
  });
  await client.issues.updateComment({ ...demo, comment_id: made.id, body: "Second" });
  expect((await client.issues.getComment({ ...demo, comment_id: made.id })).data.body).toBe("Second");
  await client.issues.deleteComment({ ...demo, comment_id: made.id });
  expect((await refusal(client.issues.getComment({ ...demo, comment_id: made.id }))).status).toBe(404);
});

test("labels are added, set and removed, and unknown names become labels", async () => {
  const forge = await aForge();
  const issue = forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  const client = appClient(forge);
  const on = { ...demo, issue_number: issue.number };
  const names = () => issue.labels.map((label) => label.name);
  await client.issues.addLabels({ ...on, labels: ["loop", "bug"] });
  expect(names()).toEqual(["loop", "bug"]);
  await client.issues.setLabels({ ...on, labels: ["BUG", "loop:running"] });
  expect(names()).toEqual(["bug", "loop:running"]);
  await client.issues.removeLabel({ ...on, name: "loop:running" });
  expect(await refusal(client.issues.removeLabel({ ...on, name: "loop:running" }))).toEqual({
    status: 404,
    message: "Label does not exist",
  });
  await client.issues.removeAllLabels(on);
  expect(names()).toEqual([]);
});

test("issues are listed by state, labels and time of change, newest first", async () => {
  let now = Date.parse("2026-03-01T12:00:00Z");
  const forge = await aForge({ clock: () => now });
  const willa = forge.as("willa");
  const [one, two, three] = ["one", "two", "three"].map((title) =>
    willa.openIssue("acme/demo", { title, labels: ["bug"] }),
  );
  willa.close(two!);
  now += 60_000;
  willa.comment(one!, "still there");
  const client = appClient(forge);
  const titles = async (query: object) =>
    (await client.issues.listForRepo({ ...demo, ...query })).data.map((issue) => issue.title);
  expect(await titles({})).toEqual(["three", "one"]);
  expect(await titles({ state: "all", labels: "bug" })).toEqual(["three", "two", "one"]);
  expect(await titles({ state: "closed" })).toEqual(["two"]);
  expect(await titles({ since: "2026-03-01T12:00:30Z" })).toEqual(["one"]);
  expect(await titles({ labels: "bug,loop" })).toEqual([]);
  expect(three!.number).toBe(3);
});

test("comments are listed per issue and per repository, since a time", async () => {
  let now = Date.parse("2026-03-01T12:00:00Z");
  const forge = await aForge({ clock: () => now });
  const willa = forge.as("willa");
  const [one, two] = ["one", "two"].map((title) => willa.openIssue("acme/demo", { title }));
  willa.comment(one!, "early");
  now += 10_000;
  willa.comment(two!, "late");
  const client = appClient(forge);
  const bodies = (list: { data: { body?: string }[] }) => list.data.map((comment) => comment.body);
  expect(bodies(await client.issues.listComments({ ...demo, issue_number: 1 }))).toEqual(["early"]);
  expect(bodies(await client.issues.listCommentsForRepo(demo))).toEqual(["early", "late"]);
  expect(bodies(await client.issues.listCommentsForRepo({ ...demo, since: "2026-03-01T12:00:10Z" }))).toEqual(["late"]);
});

test("a long list comes in pages with links", async () => {
  const forge = await aForge();
  const willa = forge.as("willa");
  const issue = willa.openIssue("acme/demo", { title: "Long" });
  for (let n = 1; n <= 205; n++) willa.comment(issue, `comment ${n}`);
  const client = appClient(forge);
  const first = await client.issues.listComments({ ...demo, issue_number: 1, per_page: 500 });
  expect(first.data).toHaveLength(100);
  expect(first.headers.link).toContain('rel="next"');
  expect(first.headers.link).toMatch(/page=3>; rel="last"/);
  const all = await client.paginate(client.issues.listComments, { ...demo, issue_number: 1, per_page: 100 });
  expect(all.map((comment) => comment.body)).toEqual(Array.from({ length: 205 }, (_, n) => `comment ${n + 1}`));
});

test("a comment over the size limit is refused, in characters and in bytes", async () => {
  const forge = await aForge({ limits: { commentBytes: 100_000 } });
  forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  const client = appClient(forge);
  const comment = (body: string) => client.issues.createComment({ ...demo, issue_number: 1, body });
  await comment("x".repeat(65_536));
  expect((await refusal(comment("x".repeat(65_537)))).status).toBe(422);
  expect((await refusal(comment("€".repeat(33_334)))).status).toBe(422);
  expect((await refusal(comment(" "))).status).toBe(422);
});

test("an issue that had its comments takes no more, even when some are deleted", async () => {
  const forge = await aForge({ limits: { commentsPerIssue: 3 } });
  const willa = forge.as("willa");
  const issue = willa.openIssue("acme/demo", { title: "A bug" });
  const comments = [1, 2, 3].map((n) => willa.comment(issue, `comment ${n}`));
  willa.deleteComment(comments[0]!);
  const refused = await refusal(appClient(forge).issues.createComment({ ...demo, issue_number: 1, body: "One more" }));
  expect(refused).toEqual({ status: 403, message: "Commenting is disabled on issues with more than 3 comments" });
});

test("a locked issue takes comments of writers only", async () => {
  const forge = await aForge();
  const issue = forge.as("rex").openIssue("acme/demo", { title: "Heated" });
  forge.as("willa").lock(issue);
  const on = { ...demo, issue_number: 1, body: "But" };
  expect((await refusal(appClient(forge).issues.createComment(on))).status).toBe(403);
  expect((await refusal(tokenClient(forge, forge.as("rex").token).issues.createComment(on))).status).toBe(403);
  await tokenClient(forge, forge.as("willa").token).issues.createComment(on);
});

test("the same reaction twice is one", async () => {
  const forge = await aForge();
  const comment = forge
    .as("willa")
    .comment(forge.as("willa").openIssue("acme/demo", { title: "A bug" }), "/loop status");
  const client = appClient(forge);
  const react = () => client.reactions.createForIssueComment({ ...demo, comment_id: comment.id, content: "eyes" });
  expect([(await react()).status, (await react()).status]).toEqual([201, 200]);
  expect((await client.issues.getComment({ ...demo, comment_id: comment.id })).data.reactions).toMatchObject({
    eyes: 1,
    total_count: 1,
  });
});

test("a person's permission is told as GitHub tells it", async () => {
  const forge = await aForge();
  const client = appClient(forge);
  const told = async (username: string) => {
    const { data } = await client.repos.getCollaboratorPermissionLevel({ ...demo, username });
    return [data.permission, data.role_name];
  };
  forge.createUser("stranger");
  const answers = await Promise.all(["ada", "willa", "tris", "rex", "stranger"].map(told));
  expect(answers).toEqual([
    ["admin", "admin"],
    ["write", "write"],
    ["read", "triage"],
    ["read", "read"],
    ["read", "read"],
  ]);
  expect((await refusal(told("nobody"))).status).toBe(404);
});

test("an archived repository is read-only for everyone", async () => {
  const forge = await aForge();
  forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  forge.world.archive(forge.as("ada").actor, forge.repository("acme/demo"), true);
  expect(
    (await refusal(appClient(forge).issues.createComment({ ...demo, issue_number: 1, body: "Hello" }))).status,
  ).toBe(403);
  expect((await appClient(forge).issues.get({ ...demo, issue_number: 1 })).data.title).toBe("A bug");
});

test("malformed JSON and unknown routes are answered, not crashed on", async () => {
  const forge = await aForge();
  const headers = { authorization: `Bearer ${forge.as("willa").token}` };
  const broken = await fetch(`${forge.url}/repos/acme/demo/issues`, { method: "POST", headers, body: "{" });
  expect([broken.status, ((await broken.json()) as { message: string }).message]).toEqual([
    400,
    "Problems parsing JSON",
  ]);
  expect((await fetch(`${forge.url}/api/v3/nothing`, { headers })).status).toBe(404);
});
