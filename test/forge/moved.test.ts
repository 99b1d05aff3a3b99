// Repositories and issues that move: the old address redirects as GitHub's does, until another repository takes the name.
import { expect, test } from "vitest";
import type { Forge } from "../../src/forge/forge.ts";
import { aForge, appClient, demo } from "./local-forge.ts";

const ownerOf = (forge: Forge) => ({ user: forge.repository("acme/demo").owner, app: null });

/** Asks as the App, with the redirect left to whoever asks. */
async function plainly(forge: Forge, method: "GET" | "POST", path: string, body?: object) {
  const { token } = (await appClient(forge).auth({ type: "installation" })) as { token: string };
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const init = { method, headers, redirect: "manual" as const, ...(body ? { body: JSON.stringify(body) } : {}) };
  const answer = await fetch(`${forge.url}${path}`, init);
  return { status: answer.status, location: answer.headers.get("location") };
}

test("a renamed repository answers reads with 301 and writes with 307, to its id", async () => {
  const forge = await aForge();
  const repository = forge.repository("acme/demo");
  const issue = forge.as("ada").openIssue(repository, { title: "One" });
  forge.world.renameRepository(ownerOf(forge), repository, "shown");
  const comments = `/repos/acme/demo/issues/${issue.number}/comments`;
  const location = `${forge.url}/api/v3/repositories/${repository.id}/issues/${issue.number}/comments`;
  expect(await plainly(forge, "GET", comments)).toEqual({ status: 301, location });
  expect(await plainly(forge, "POST", comments, { body: "Hello." })).toEqual({ status: 307, location });
  expect(issue.comments).toEqual([]);
});

test("a client that follows redirects reads and writes under the old name, by REST and GraphQL", async () => {
  const forge = await aForge();
  const repository = forge.repository("acme/demo");
  const issue = forge.as("ada").openIssue(repository, { title: "One" });
  const app = appClient(forge);
  forge.world.renameRepository(ownerOf(forge), repository, "shown");
  await app.rest.issues.createComment({ ...demo, issue_number: issue.number, body: "Hello." });
  expect(issue.comments.map(({ body }) => body)).toEqual(["Hello."]);
  expect((await app.rest.repos.get(demo)).data.full_name).toBe("acme/shown");
  const query = 'query { repository(owner: "acme", name: "demo") { nameWithOwner } }';
  expect(await app.graphql(query)).toEqual({ repository: { nameWithOwner: "acme/shown" } });
});

test("a new repository under the old name ends the redirect", async () => {
  const forge = await aForge();
  forge.world.renameRepository(ownerOf(forge), forge.repository("acme/demo"), "shown");
  const taken = await forge.createRepository({ owner: "acme", name: "demo" });
  expect((await appClient(forge).rest.repos.get(demo)).data.id).toBe(taken.id);
});

test("what left the installation with a transfer, or was deleted, is not found any more", async () => {
  const forge = await aForge();
  const app = appClient(forge);
  const repository = forge.repository("acme/demo");
  const issue = forge.as("ada").openIssue(repository, { title: "One" });
  const other = await forge.createRepository({ owner: "acme", name: "other", collaborators: { ada: "admin" } });
  const moved = forge.world.transferIssue(forge.as("ada").actor, issue, other);
  expect(moved.repository).toBe(other);
  const led = await app.rest.issues.get({ ...demo, issue_number: issue.number });
  expect(led.data.repository_url).toMatch(/\/acme\/other$/); // GitHub redirects
  forge.world.transferRepository(ownerOf(forge), repository, forge.createUser("umbrella"));
  await expect(app.rest.repos.get(demo)).rejects.toMatchObject({ status: 404 });
  forge.world.deleteRepository({ user: other.owner, app: null }, other);
  await expect(app.rest.repos.get({ owner: "acme", repo: "other" })).rejects.toMatchObject({ status: 404 });
});
