// The App's JSON web token and the installation tokens it mints: scope, expiry, revocation, refusals.
import { createSign, generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { manifestEvents, manifestPermissions } from "../../src/forge/apps.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { aForge, appClient, demo, jwtClient, refusal, tokenClient } from "./local-forge.ts";

async function mint(
  forge: Forge,
  narrowed: Record<string, unknown> = {},
): Promise<{ token: string; expires_at: string; permissions?: object }> {
  const { data } = await jwtClient(forge).apps.createInstallationAccessToken({
    installation_id: forge.installationId,
    ...narrowed,
  });
  return data;
}

test("the App sees itself and its installation by its JSON web token", async () => {
  const forge = await aForge();
  const client = jwtClient(forge);
  expect((await client.apps.getAuthenticated()).data).toMatchObject({
    id: forge.app.id,
    slug: "loopgate",
    permissions: { contents: "write" },
  });
  const { data } = await client.apps.listInstallations();
  expect(data.map((one) => [one.id, one.account?.login, one.app_slug])).toEqual([
    [forge.installationId, "acme", "loopgate"],
  ]);
  expect((await client.apps.getRepoInstallation(demo)).data.id).toBe(forge.installationId);
});

test("the App has by default what its manifest asks for", async () => {
  const manifest = parse(await readFile(new URL("../../app.yml", import.meta.url), "utf8"));
  expect(manifestPermissions).toEqual(manifest.default_permissions);
  expect([...manifestEvents].sort()).toEqual([...manifest.default_events].sort());
});

test("an installation token works through both prefixes and lives an hour", async () => {
  let now = Date.parse("2026-03-01T12:00:00Z");
  const forge = await aForge({ clock: () => now });
  const { token, expires_at } = await mint(forge);
  expect(expires_at).toBe("2026-03-01T13:00:00Z");
  for (const prefix of ["", "/api/v3"]) {
    const { data } = await tokenClient(forge, token).request(`GET ${forge.url}${prefix}/repos/acme/demo`);
    expect(data.full_name).toBe("acme/demo");
  }
  now += 3_599_000;
  await tokenClient(forge, token).repos.get(demo);
  now += 1_000;
  expect(await refusal(tokenClient(forge, token).repos.get(demo))).toEqual({ status: 401, message: "Bad credentials" });
});

test("a revoked token and an invented one are refused", async () => {
  const forge = await aForge();
  const { token } = await mint(forge);
  await tokenClient(forge, token).apps.revokeInstallationAccessToken();
  expect(await refusal(tokenClient(forge, token).repos.get(demo))).toEqual({ status: 401, message: "Bad credentials" });
  expect(await refusal(tokenClient(forge, "ghs_invented").repos.get(demo))).toEqual({
    status: 401,
    message: "Bad credentials",
  });
});

test("a repository outside the installation does not exist for the App", async () => {
  const forge = await aForge();
  await forge.createRepository({ owner: "acme", name: "elsewhere", private: true, installed: false });
  expect(await refusal(appClient(forge).repos.get({ owner: "acme", repo: "elsewhere" }))).toEqual({
    status: 404,
    message: "Not Found",
  });
  expect(await refusal(appClient(forge).repos.get({ owner: "acme", repo: "nowhere" }))).toEqual({
    status: 404,
    message: "Not Found",
  });
});

test("a token narrowed to one repository does not reach another of the installation", async () => {
  const forge = await aForge();
  const other = await forge.createRepository({ owner: "acme", name: "other", private: true });
  const { token } = await mint(forge, { repository_ids: [other.id] });
  await tokenClient(forge, token).repos.get({ owner: "acme", repo: "other" });
  expect((await refusal(tokenClient(forge, token).repos.get(demo))).status).toBe(404);
  const { data } = await tokenClient(forge, token).apps.listReposAccessibleToInstallation();
  expect(data.repositories.map((one) => one.name)).toEqual(["other"]);
});

test("a token narrowed in permissions may not do what it gave up", async () => {
  const forge = await aForge();
  const issue = forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  const { token, permissions } = await mint(forge, { permissions: { issues: "read" } });
  expect(permissions).toEqual({ issues: "read", metadata: "read" });
  const client = tokenClient(forge, token);
  await client.issues.get({ ...demo, issue_number: issue.number });
  const refused = { status: 403, message: "Resource not accessible by integration" };
  expect(await refusal(client.issues.createComment({ ...demo, issue_number: issue.number, body: "Hello" }))).toEqual(
    refused,
  );
  expect(await refusal(client.repos.getContent({ ...demo, path: "README.md" }))).toEqual(refused);
  expect(await refusal(client.checks.listForRef({ ...demo, ref: "main" }))).toEqual(refused);
});

test("more than the installation has is refused when the token is minted", async () => {
  const forge = await aForge();
  expect((await refusal(mint(forge, { permissions: { workflows: "write" } }))).status).toBe(422);
  expect((await refusal(mint(forge, { permissions: { statuses: "write" } }))).status).toBe(422);
  const foreign = await forge.createRepository({ owner: "acme", name: "foreign", installed: false });
  expect((await refusal(mint(forge, { repository_ids: [foreign.id] }))).status).toBe(422);
  expect((await refusal(mint(forge, { repositories: ["demo", "foreign"] }))).status).toBe(422);
});

test("a suspended installation's tokens are refused with its owner's name, and are good again after it; a deleted one's are unknown", async () => {
  const forge = await aForge();
  const { token } = await mint(forge);
  const [installation] = forge.world.installations;
  const owner = { user: forge.repository("acme/demo").owner, app: null };
  forge.world.suspend(owner, installation!, true);
  const refused = await refusal(tokenClient(forge, token).repos.get(demo));
  expect([refused.status, refused.message]).toEqual([
    403,
    expect.stringMatching(/^Sorry\. This installation owned by acme suspended your access at \d{4}-/),
  ]);
  expect((await refusal(mint(forge))).status).toBe(403);
  forge.world.suspend(owner, installation!, false);
  await tokenClient(forge, token).repos.get(demo);
  forge.world.deleteInstallation(owner, installation!);
  expect((await refusal(tokenClient(forge, token).repos.get(demo))).status).toBe(401);
});

function jwt(forge: Forge, claims: Record<string, unknown>, key = forge.app.privateKey): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const unsigned = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${unsigned}.${createSign("RSA-SHA256").update(unsigned).sign(key, "base64url")}`;
}

test.each([
  ["an expired one", { iat: -700, exp: -100 }],
  ["one that lives longer than ten minutes", { iat: 0, exp: 700 }],
  ["one issued in the future", { iat: 300, exp: 500 }],
  ["one without an expiry", { iat: 0 }],
])("a JSON web token is refused: %s", async (_, offsets) => {
  const forge = await aForge();
  const now = Math.floor(Date.now() / 1_000);
  const claims = Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, now + (offset as number)]));
  const get = (token: string) => fetch(`${forge.url}/app`, { headers: { authorization: `Bearer ${token}` } });
  expect((await get(jwt(forge, { iss: forge.app.id, iat: now - 30, exp: now + 500 }))).status).toBe(200);
  expect((await get(jwt(forge, { iss: forge.app.id, ...claims }))).status).toBe(401);
});

test("a JSON web token signed with another key is refused, and a good one opens nothing but the App's own routes", async () => {
  const forge = await aForge();
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: forge.app.id, iat: now - 30, exp: now + 500 };
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const get = (path: string, token: string) =>
    fetch(`${forge.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect((await get("/app", jwt(forge, claims, privateKey))).status).toBe(401);
  expect((await get("/repos/acme/demo", jwt(forge, claims))).status).toBe(401);
  expect((await get("/app", (await mint(forge)).token)).status).toBe(401);
});

test("people act by their own tokens within their access", async () => {
  const forge = await aForge();
  const hidden = await forge.createRepository({
    owner: "acme",
    name: "hidden",
    private: true,
    collaborators: { willa: "read" },
  });
  const issue = forge.as("rex").openIssue("acme/demo", { title: "Mine", labels: ["bug"] });
  expect(issue.labels).toEqual([]);
  const rex = tokenClient(forge, forge.as("rex").token);
  expect((await refusal(rex.issues.addLabels({ ...demo, issue_number: issue.number, labels: ["bug"] }))).status).toBe(
    403,
  );
  expect((await refusal(rex.repos.get({ owner: "acme", repo: hidden.name }))).status).toBe(404);
  const willa = tokenClient(forge, forge.as("willa").token);
  await willa.repos.get({ owner: "acme", repo: hidden.name });
  await willa.issues.addLabels({ ...demo, issue_number: issue.number, labels: ["bug"] });
  expect((await willa.users.getAuthenticated()).data.login).toBe("willa");
});

test("the request log counts API requests by kind and keeps token calls apart", async () => {
  const forge = await aForge();
  const client = appClient(forge);
  await client.repos.get(demo);
  await client.repos.get(demo);
  const noted = forge.requests.map((entry) => [entry.kind, entry.group, entry.status, entry.caller.kind]);
  expect(noted).toEqual([
    ["mint token", "token", 201, "app"],
    ["GET /repos/:owner/:repo", "rest", 200, "installation"],
    ["GET /repos/:owner/:repo", "rest", 200, "installation"],
  ]);
});
