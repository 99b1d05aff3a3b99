// Signing in to an App with GitHub: whom the forge asks, what the code is worth, and what an App may do for a person.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { Forge, ForgeOptions } from "../../src/forge/forge.ts";
import { aForge, demo, refusal, tokenClient } from "./local-forge.ts";

const callback = "http://127.0.0.1:1/signed-in";
const verifier = "a".repeat(43);
const challenge = createHash("sha256").update(verifier).digest("base64url");

async function signingIn(options: Partial<ForgeOptions> = {}): Promise<Forge> {
  const forge = await aForge(options);
  forge.setCallbacks([callback, "https://pages.example/signed-in"]);
  return forge;
}

function authorizeUrl(forge: Forge, more: Record<string, string> = {}): string {
  const given = { client_id: forge.app.clientId, redirect_uri: callback, state: "s1", ...more };
  return `${forge.url}/login/oauth/authorize?${new URLSearchParams(given)}`;
}

const browse = (url: string, as = "rex", init: RequestInit = {}) =>
  fetch(url, {
    redirect: "manual",
    ...init,
    headers: { accept: "text/html", ...(as === "" ? {} : { cookie: `forge_person=${as}` }), ...init.headers },
  });

/** Where the browser is sent back to, by parameter. */
const back = (answer: Response) => Object.fromEntries(new URL(answer.headers.get("location") ?? "").searchParams);

function press(forge: Forge, authorize: "0" | "1", more: Record<string, string> = {}, as = "rex") {
  const fields = { client_id: forge.app.clientId, redirect_uri: callback, state: "s1", authorize, ...more };
  const body = new URLSearchParams(fields);
  return browse(`${forge.url}/login/oauth/authorize`, as, { method: "POST", body, headers: { origin: forge.url } });
}

async function exchange(
  forge: Forge,
  code: string,
  more: Record<string, string> = {},
): Promise<Record<string, string>> {
  const { clientId, clientSecret } = forge.app;
  const body = { client_id: clientId, client_secret: clientSecret, code, ...more };
  const answer = await fetch(`${forge.url}/login/oauth/access_token`, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, string>;
}

/** A token by which the App acts for that person. */
async function tokenOf(forge: Forge, login: string): Promise<string> {
  const { code = "" } = back(await press(forge, "1", {}, login));
  return (await exchange(forge, code)).access_token ?? "";
}

test("a person is asked once, may decline, and is sent on without being asked from then on", async () => {
  const forge = await signingIn();
  expect(await (await browse(authorizeUrl(forge), "")).text()).toContain("Sign in first");
  const asked = await browse(authorizeUrl(forge));
  expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining("Authorize loopgate")]);
  expect(back(await press(forge, "0"))).toMatchObject({ error: "access_denied", state: "s1" });
  const { code, state } = back(await press(forge, "1"));
  expect([code, state]).toEqual([expect.stringMatching(/^[0-9a-f]{20}$/), "s1"]);
  expect(back(await browse(authorizeUrl(forge)))).toMatchObject({ code: expect.any(String), state: "s1" });
});

test("a redirect address that is not registered to the letter leads to the registered one, with the error and no code", async () => {
  const forge = await signingIn();
  for (const redirect_uri of [
    "http://127.0.0.1:1/signed-in/",
    "http://127.0.0.1:2/signed-in",
    "https://evil.example/",
  ]) {
    const answer = await browse(authorizeUrl(forge, { redirect_uri }));
    expect(answer.headers.get("location")).toMatch(/^http:\/\/127\.0\.0\.1:1\/signed-in\?/);
    expect(back(answer)).toMatchObject({ error: "redirect_uri_mismatch", state: "s1" });
    expect(back(answer).code).toBeUndefined();
  }
});

test("a private App is there for its owner's members only", async () => {
  const forge = await signingIn();
  const app = forge.world.apps.find(({ slug }) => slug === "loopgate");
  if (app === undefined) throw new Error("the App is there");
  app.isPublic = false;
  expect((await browse(authorizeUrl(forge))).status).toBe(404);
  expect((await press(forge, "1")).status).toBe(404);
  forge.world.addMember(app.owner, forge.as("rex").user, "private");
  expect((await browse(authorizeUrl(forge))).status).toBe(200);
});

test("the code is good once, for ten minutes, with the App's secret and the address it was asked with", async () => {
  let now = Date.now();
  const forge = await signingIn({ clock: () => now });
  const codeFor = async () => back(await press(forge, "1")).code ?? "";
  const code = await codeFor();
  expect(await exchange(forge, code, { redirect_uri: callback })).toEqual({
    access_token: expect.stringMatching(/^ghu_/),
    expires_in: 28_800,
    refresh_token: expect.stringMatching(/^ghr_/),
    refresh_token_expires_in: 15_897_600,
    scope: "",
    token_type: "bearer",
  });
  expect(await exchange(forge, code)).toMatchObject({ error: "bad_verification_code" });
  expect(await exchange(forge, await codeFor(), { client_secret: "x" })).toMatchObject({
    error: "incorrect_client_credentials",
  });
  expect(await exchange(forge, await codeFor(), { redirect_uri: "https://pages.example/signed-in" })).toMatchObject({
    error: "redirect_uri_mismatch",
  });
  const late = await codeFor();
  now += 600_000;
  expect(await exchange(forge, late)).toMatchObject({ error: "bad_verification_code" });
});

test("a code that a challenge was announced for is worth nothing without its verifier", async () => {
  const forge = await signingIn();
  const pkce = { code_challenge: challenge, code_challenge_method: "S256" };
  const codeFor = async () => back(await press(forge, "1", pkce)).code ?? "";
  for (const more of [{}, { code_verifier: "b".repeat(43) }] as Record<string, string>[])
    expect(await exchange(forge, await codeFor(), more)).toMatchObject({ error: "bad_verification_code" });
  expect((await exchange(forge, await codeFor(), { code_verifier: verifier })).access_token).toMatch(/^ghu_/);
});

test("the token ends after eight hours, and when the person takes it back, of which the App is told", async () => {
  let now = Date.now();
  const forge = await signingIn({ clock: () => now });
  const [one, other] = [await tokenOf(forge, "rex"), await tokenOf(forge, "rex")];
  expect((await tokenClient(forge, one).users.getAuthenticated()).data.login).toBe("rex");
  now += 28_800_000;
  expect((await refusal(tokenClient(forge, one).users.getAuthenticated())).status).toBe(401);
  now -= 1;
  await tokenClient(forge, other).users.getAuthenticated();
  const app = forge.world.apps.find(({ slug }) => slug === "loopgate");
  if (app !== undefined) forge.world.revokeAuthorization(forge.as("rex").user, app);
  expect((await refusal(tokenClient(forge, other).users.getAuthenticated())).status).toBe(401);
  expect((await browse(authorizeUrl(forge))).status).toBe(200);
});

test("it lists the repositories that the person was given, of those the App is installed on, and no public ones beside", async () => {
  const forge = await signingIn();
  await forge.createRepository({ owner: "acme", name: "given", private: true, collaborators: { rex: "triage" } });
  await forge.createRepository({ owner: "acme", name: "public" });
  await forge.createRepository({ owner: "acme", name: "hidden", private: true });
  await forge.createRepository({ owner: "acme", name: "elsewhere", collaborators: { rex: "admin" }, installed: false });
  await forge.createRepository({ owner: "olga", name: "other", private: true });
  const rex = tokenClient(forge, await tokenOf(forge, "rex"));
  const { data } = await rex.apps.listInstallationsForAuthenticatedUser();
  expect(data.installations.map(({ account }) => account && "login" in account && account.login)).toEqual(["acme"]);
  const installation_id = data.installations[0]?.id ?? 0;
  const { data: within } = await rex.apps.listInstallationReposForAuthenticatedUser({ installation_id });
  expect(within.repositories.map(({ name }) => name)).toEqual(["demo", "given"]);
  const other = forge.world.installations.find(({ account }) => account.login === "olga")?.id ?? 0;
  const outside = rex.apps.listInstallationReposForAuthenticatedUser({ installation_id: other });
  expect((await refusal(outside)).status).toBe(404);
  const alone = tokenClient(forge, forge.as("rex").token).apps.listInstallationsForAuthenticatedUser();
  expect((await refusal(alone)).status).toBe(403);
});

test("for a person an App does what both may, and what it writes bears both names", async () => {
  const forge = await signingIn();
  const issue = forge.as("ada").openIssue("acme/demo", { title: "Here" });
  await forge.createRepository({
    owner: "acme",
    name: "away",
    private: true,
    collaborators: { ada: "admin" },
    installed: false,
  });
  const ada = tokenClient(forge, await tokenOf(forge, "ada"));
  const { data } = await ada.issues.createComment({ ...demo, issue_number: issue.number, body: "Hello" });
  expect([data.user?.login, data.performed_via_github_app?.slug]).toEqual(["ada", "loopgate"]);
  expect((await refusal(ada.repos.get({ owner: "acme", repo: "away" }))).status).toBe(404);
  const statuses = ada.repos.createCommitStatus({ ...demo, sha: "main", state: "success" });
  expect((await refusal(statuses)).status).toBe(403); // the App may only read them
  const rex = tokenClient(forge, await tokenOf(forge, "rex"));
  const label = rex.issues.addLabels({ ...demo, issue_number: issue.number, labels: ["bug"] });
  expect((await refusal(label)).status).toBe(403); // rex may only read
});
