// Who pushed, who committed, and what becomes of both when an account is renamed or deleted.
import { expect, test } from "vitest";
import { aFolder, aForge, appClient, demo, gitWith, refusal } from "./local-forge.ts";

test("the repository's activity says who moved a branch and how, newest first, whoever the commits name", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const ada = forge.as("ada");
  const first = await forge.as("willa").push("acme/demo", "work", { "a.txt": "a\n" }, "A", {
    author: { name: "Somebody", email: "somebody@elsewhere.test" },
  });
  const second = await ada.push("acme/demo", "work", { "a.txt": "b\n" }, "B", { force: true });
  const pull = await ada.openPull("acme/demo", { title: "Work", head: "work", base: "main" });
  const merged = await forge.as("willa").merge(pull);
  await ada.deleteBranch("acme/demo", "work");
  const { data } = await app.request("GET /repos/{owner}/{repo}/activity", demo);
  expect(data.map(({ ref, after, activity_type: type, actor }) => [ref, after, type, actor?.login])).toEqual([
    ["refs/heads/work", "0".repeat(40), "branch_deletion", "ada"],
    ["refs/heads/main", merged, "pr_merge", "willa"],
    ["refs/heads/work", second, "force_push", "ada"],
    ["refs/heads/work", first, "branch_creation", "willa"],
  ]);
  const commit = await app.rest.repos.getCommit({ ...demo, ref: first });
  expect([commit.data.author, commit.data.committer]).toEqual([null, null]);
});

test("activity comes in pages with cursors, by branch and by person", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  for (const text of ["1", "2", "3"]) await forge.as("willa").push("acme/demo", "work", { "a.txt": text }, text);
  await forge.as("ada").push("acme/demo", "other", { "b.txt": "b" }, "b");
  const list = "GET /repos/{owner}/{repo}/activity";
  const page = await app.request(list, { ...demo, ref: "work", per_page: 2 });
  expect(page.data.map((one) => one.activity_type)).toEqual(["push", "push"]);
  const next = /<([^>]+)>; rel="next"/.exec(page.headers.link ?? "")?.[1];
  const rest = await app.request(`GET ${new URL(next!).pathname}${new URL(next!).search}`);
  expect(rest.data.map((one: { activity_type: string }) => one.activity_type)).toEqual(["branch_creation"]);
  expect(rest.headers.link).toMatch(/before=[^>]+>; rel="prev"$/);
  const byAda = await app.request(list, { ...demo, actor: "ada" });
  expect(byAda.data.map((one) => one.ref)).toEqual(["refs/heads/other"]);
});

test("the push webhook's pusher and sender are who pushed, also for an App", async () => {
  const forge = await aForge();
  const heard: unknown[] = [];
  forge.world.listen(({ event, body, actor }) => {
    if (event === "push") heard.push([(body.pusher as { name: string }).name, actor.user.login]);
  });
  const app = appClient(forge);
  const sha = await forge.as("willa").push("acme/demo", "work", { "a.txt": "a\n" }, "A");
  await app.rest.git.createRef({ ...demo, ref: "refs/heads/by-app", sha });
  expect(heard).toEqual([
    ["willa", "willa"],
    ["loopgate[bot]", "loopgate[bot]"],
  ]);
});

test("what GitHub commits for somebody is committed by web-flow and verified; what a person pushes is neither", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const pushed = await forge.as("willa").push("acme/demo", "work", { "a.txt": "a\n" }, "A");
  const pull = await forge.as("willa").openPull("acme/demo", { title: "Work", head: "work", base: "main" });
  const merged = await forge.as("ada").merge(pull);
  const seen = async (ref: string) => {
    const { data } = await app.rest.repos.getCommit({ ...demo, ref });
    const { verified, reason } = data.commit.verification ?? {};
    return [data.author?.login, data.committer?.login, verified, reason];
  };
  expect(await seen(pushed)).toEqual(["willa", "willa", false, "unsigned"]);
  expect(await seen(merged)).toEqual(["ada", "web-flow", true, "valid"]);
  const { tree } = (await app.rest.git.getCommit({ ...demo, commit_sha: pushed })).data;
  const plain = { ...demo, tree: tree.sha, parents: [merged] };
  const signed = await app.rest.git.createCommit({ ...plain, message: "By the App" });
  expect([signed.data.committer.name, signed.data.verification.verified]).toEqual(["GitHub", true]);
  const author = { name: "Willa", email: "willa@elsewhere.test" };
  const named = await app.rest.git.createCommit({ ...plain, message: "For Willa", author });
  expect([named.data.committer.name, named.data.verification.reason]).toEqual(["Willa", "unsigned"]);
  const query = `query { repository(owner: "acme", name: "demo") { object(oid: "${merged}") { ... on Commit {
    committer { user { login } } signature { isValid wasSignedByGitHub signer { login } } } } } }`;
  expect(await app.graphql(query)).toEqual({
    repository: {
      object: {
        committer: { user: { login: "web-flow" } },
        signature: { isValid: true, wasSignedByGitHub: true, signer: { login: "web-flow" } },
      },
    },
  });
  const dir = await aFolder();
  await gitWith(forge.as("ada").token, dir, ["clone", "--quiet", `${forge.url}/acme/demo.git`, "."]);
  const raw = await gitWith(null, dir, ["cat-file", "commit", merged]);
  expect(raw.stdout.toString()).toContain("\ngpgsig -----BEGIN PGP SIGNATURE-----\n");
});

test("a renamed account keeps its id, its access, its commits and its approvals; the old name is free", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const sha = await forge.as("willa").push("acme/demo", "work", { "a.txt": "a\n" }, "A");
  const { id } = forge.as("willa").user;
  forge.as("willa").rename("willa_acme");
  const commit = await app.rest.repos.getCommit({ ...demo, ref: sha });
  expect([commit.data.author?.login, commit.data.author?.id]).toEqual(["willa_acme", id]);
  expect((await refusal(app.rest.users.getByUsername({ username: "willa" }))).status).toBe(404);
  const level = (username: string) => app.rest.repos.getCollaboratorPermissionLevel({ ...demo, username });
  expect((await level("willa_acme")).data.permission).toBe("write");
  forge.createUser("willa");
  expect((await level("willa")).data.permission).toBe("read");
  expect(forge.as("willa").user.id).not.toBe(id);
});

test("the repositories of a renamed account redirect to where they are", async () => {
  const forge = await aForge();
  forge.world.renameUser(forge.repository("acme/demo").owner, "acme-corp");
  const { data } = await appClient(forge).rest.repos.get(demo);
  expect(data.full_name).toBe("acme-corp/demo");
});

test("a deleted account is ghost in REST, nobody in reviews and in GraphQL, and its token ends", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const ada = forge.as("ada");
  await ada.push("acme/demo", "work", { "a.txt": "a\n" }, "A");
  const pull = await ada.openPull("acme/demo", { title: "Work", head: "work", base: "main" });
  forge.as("willa").comment(pull, "Hm.");
  forge.as("willa").approve(pull);
  const { token } = forge.as("willa");
  forge.as("willa").leave();
  const number = pull.issue.number;
  const comments = await app.rest.issues.listComments({ ...demo, issue_number: number });
  expect(comments.data.map((one) => [one.user?.login, one.user?.id])).toEqual([["ghost", 10_137]]);
  const reviews = await app.rest.pulls.listReviews({ ...demo, pull_number: number });
  expect(reviews.data.map((one) => one.user)).toEqual([null]);
  const query = `query { repository(owner: "acme", name: "demo") { pullRequest(number: ${number}) {
    comments(first: 1) { nodes { author { login } } } reviews(first: 1) { nodes { author { login } } } } } }`;
  expect(await app.graphql(query)).toEqual({
    repository: { pullRequest: { comments: { nodes: [{ author: null }] }, reviews: { nodes: [{ author: null }] } } },
  });
  const late = fetch(`${forge.url}/user`, { headers: { authorization: `Bearer ${token}` } });
  expect((await late).status).toBe(401);
});

test("a private member of the organisation is told as a contributor or as nobody, with whatever access", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const { owner } = forge.repository("acme/demo");
  forge.world.addMember(owner, forge.as("willa").user, "private");
  forge.world.addMember(owner, forge.as("ada").user, "public");
  const told = async (login: string) => {
    const issue = forge.as(login).openIssue("acme/demo", { title: "Hello" });
    return (await app.rest.issues.get({ ...demo, issue_number: issue.number })).data.author_association;
  };
  expect([await told("ada"), await told("willa"), await told("rex")]).toEqual(["MEMBER", "NONE", "COLLABORATOR"]);
  await forge.as("willa").push("acme/demo", "work", { "a.txt": "a\n" }, "A");
  const pull = await forge.as("willa").openPull("acme/demo", { title: "Work", head: "work", base: "main" });
  await forge.as("ada").merge(pull);
  expect(await told("willa")).toBe("CONTRIBUTOR");
});
