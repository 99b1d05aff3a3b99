// Apps as GitHub has them made: from a manifest that a browser posts, by a code that is good once and for an hour.
import { expect, test } from "vitest";
import type { Forge } from "../../src/forge/forge.ts";
import { aForge } from "./local-forge.ts";

const manifest = {
  name: "Ada's App",
  url: "https://example.com/",
  redirect_url: "http://127.0.0.1:1/created",
  hook_attributes: { url: "https://app.example/hook", active: true },
  default_permissions: { issues: "write", metadata: "read" },
  default_events: ["issues"],
};

/** A form as a browser posts it, of somebody who is signed in, from a page of this origin. */
function post(forge: Forge, path: string, fields: Record<string, string>, { as = "ada", from = forge.url } = {}) {
  return fetch(forge.url + path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { origin: from, accept: "text/html", ...(as === "" ? {} : { cookie: `forge_person=${as}` }) },
    redirect: "manual",
  });
}

async function asked(forge: Forge, change: Record<string, unknown>, options?: Parameters<typeof post>[3]) {
  const text = JSON.stringify({ ...manifest, ...change });
  const answer = await post(forge, "/settings/apps/new?state=s1", { manifest: text }, options);
  return { status: answer.status, text: await answer.text() };
}

async function made(forge: Forge, change: Record<string, unknown> = {}, owner = "ada"): Promise<Response> {
  const text = JSON.stringify({ ...manifest, ...change });
  return post(forge, "/settings/apps", { manifest: text, name: "Ada's App", owner, state: "s1" });
}

async function codeOf(answer: Response): Promise<string> {
  return new URL(answer.headers.get("location") ?? "", "http://localhost").searchParams.get("code") ?? "";
}

const exchange = (forge: Forge, code: string) =>
  fetch(`${forge.url}/api/v3/app-manifests/${code}/conversions`, { method: "POST" });

test("a manifest may come from any page, and a person is asked before anything is made", async () => {
  const forge = await aForge();
  const { status, text } = await asked(forge, {}, { from: "http://127.0.0.1:1" });
  expect(status).toBe(200);
  expect(text).toContain("Create GitHub App for @ada");
  expect(forge.world.apps.some(({ slug }) => slug === "ada-s-app")).toBe(false);
  expect((await made(forge)).headers.get("location")).toMatch(
    /^http:\/\/127\.0\.0\.1:1\/created\?code=[0-9a-f]{40}&state=s1$/,
  );
});

test("whoever is not signed in loses what was posted", async () => {
  const { status, text } = await asked(await aForge(), {}, { as: "" });
  expect(status).toBe(403);
  expect(text).toContain("what was posted is lost");
});

test.each([
  ["no address", { url: undefined }, "Error &quot;url&quot; wasn&#39;t supplied."],
  ["a hook without an address", { hook_attributes: { active: false } }, "Error &quot;url&quot; wasn&#39;t supplied."],
  ["a hook with a secret", { hook_attributes: { url: "https://a.example/", secret: "x" } }, "unknown keys: secret"],
  ["a hook here", { hook_attributes: { url: "http://127.0.0.1:3000/" } }, "over the public Internet (127.0.0.1)"],
  ["an event of every App", { default_events: ["installation"] }, "Default events unsupported: installation"],
  ["an event unheard of", { default_events: ["push"] }, "not supported by permissions: push"],
])("a manifest with %s is refused", async (_, change, said) => {
  const { status, text } = await asked(await aForge(), change);
  expect(status).toBe(422);
  expect(text).toContain(said);
});

test.each([
  ["Loopgate", "Name is already taken"],
  ["willa", "Name is already taken"],
  ["x".repeat(35), "Name is too long"],
  ["---", "Name can&#39;t be blank"],
])("the name %s is refused, and asked for again", async (name, said) => {
  const forge = await aForge();
  const fields = { manifest: JSON.stringify(manifest), name, owner: "ada", state: "s1" };
  const answer = await post(forge, "/settings/apps", fields);
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain(said);
});

test("an organisation's App is made by its members only", async () => {
  const forge = await aForge();
  expect((await made(forge, {}, "acme")).status).toBe(404);
  const [acme, ada] = [forge.world.users.get("acme"), forge.as("ada").user];
  if (acme) forge.world.addMember(acme, ada, "private");
  expect((await made(forge, {}, "acme")).status).toBe(302);
});

test("the code is good once, and gives the key and the secrets", async () => {
  const forge = await aForge();
  const code = await codeOf(await made(forge));
  const first = await exchange(forge, code);
  expect(first.status).toBe(201);
  expect(await first.json()).toMatchObject({
    slug: "ada-s-app",
    owner: { login: "ada" },
    pem: expect.stringContaining("BEGIN RSA PRIVATE KEY"),
    webhook_secret: expect.stringMatching(/^[0-9a-f]{40}$/),
    client_secret: expect.stringMatching(/^[0-9a-f]{40}$/),
    permissions: { issues: "write", metadata: "read" },
    events: ["issues"],
  });
  expect((await exchange(forge, code)).status).toBe(404);
});

test("an hour later the code is worth nothing", async () => {
  let now = Date.now();
  const forge = await aForge({ clock: () => now });
  const code = await codeOf(await made(forge));
  now += 3_600_000;
  expect((await exchange(forge, code)).status).toBe(404);
});

test("without `hook_attributes` there is no webhook, and no secret of one", async () => {
  const forge = await aForge();
  const answer = await exchange(forge, await codeOf(await made(forge, { hook_attributes: undefined })));
  expect(await answer.json()).toMatchObject({ webhook_secret: null });
  expect(forge.world.apps.find(({ slug }) => slug === "ada-s-app")?.webhook).toBeNull();
});

test("a new webhook is tried with a ping, before anybody has its secret", async () => {
  const forge = await aForge();
  await made(forge);
  await forge.idle();
  expect(forge.deliveries.filter(({ event }) => event === "ping")).toMatchObject([
    { installationId: null, url: "https://app.example/hook" },
  ]);
});

test("a private App is installed on repositories of its owner only", async () => {
  const forge = await aForge();
  await forge.createRepository({ owner: "ada", name: "own", installed: false });
  await made(forge);
  const page = await fetch(`${forge.url}/apps/ada-s-app/installations/new`, {
    headers: { accept: "text/html", cookie: "forge_person=ada" },
  });
  const text = await page.text();
  expect(text).toContain("ada/own");
  expect(text).not.toContain("acme/demo");
  const hidden = await fetch(`${forge.url}/apps/ada-s-app/installations/new`, {
    headers: { accept: "text/html", cookie: "forge_person=willa" },
  });
  expect(hidden.status).toBe(404);
});
