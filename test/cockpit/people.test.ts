// Signing in to the pages with GitHub: who comes in, what they see, and what they do not learn; against the forge.
import { request } from "node:http";
import { expect, test } from "vitest";
import { createSessions } from "../../src/cockpit/people/sessions.ts";
import { createSigner } from "../../src/cockpit/signed.ts";
import { signInAt } from "../../src/github/sign-in.ts";
import { aForge } from "../forge/local-forge.ts";
import { aLoop, anEndedLoop } from "../loop/builder.ts";
import { aBrowser, agree, leads, pathIn, signIn } from "./a-browser.ts";
import { aDoor, type DoorOptions } from "./a-door.ts";

/** Loops of `acme/demo`, which rex may read, and of `acme/hidden`, which only ada was given. */
async function aPlace(options: Omit<DoorOptions, "signIn"> = {}) {
  const forge = await aForge();
  const hidden = await forge.createRepository({
    owner: "acme",
    name: "hidden",
    private: true,
    collaborators: { ada: "admin" },
  });
  const { clientId, clientSecret } = forge.app;
  const signIn = signInAt({ webUrl: forge.url, apiUrl: `${forge.url}/api/v3`, clientId, clientSecret });
  const { issue } = aLoop();
  const of = (repositoryId: number, name: string) => ({ issue: { ...issue, repositoryId, owner: "acme", name } });
  const open = { ...of(forge.repository("acme/demo").id, "demo"), title: "A loop that rex sees" };
  const secretOne = { ...of(hidden.id, "hidden"), title: "Nobody's business" };
  const cancelled = { reason: "cancelled", of: "told", said: "", at: 1_000 } as const;
  const loops = {
    [`${open.issue.repositoryId}#12`]: aLoop({ ...open, phase: "awaiting_gate", gateSince: 1 }),
    [`${hidden.id}#12`]: aLoop({ ...secretOne, phase: "awaiting_gate", gateSince: 1 }),
    [`${hidden.id}#13`]: anEndedLoop(cancelled, secretOne),
  };
  const place = await aDoor(loops, { ...options, signIn });
  const origin = options.publicOrigin ?? place.url;
  forge.setCallbacks([`${origin}/signed-in`]);
  return { ...place, forge, hidden, demo: open.issue.repositoryId };
}

test("a person sees the loops of the repositories they were given at GitHub, and nothing that tells of others", async () => {
  const { forge, url, hidden, demo } = await aPlace();
  const browser = aBrowser(url);
  const nobody = await browser("/");
  expect([nobody.status, await nobody.text()]).toEqual([403, expect.stringContaining("Sign in with GitHub")]);
  expect(await signIn(forge, browser, "rex", `/loops/${demo}/12`)).toBe(`/loops/${demo}/12`);
  const list = await (await browser("/")).text();
  expect(list).toContain("A loop that rex sees");
  expect(list).toContain('Waiting for people <span class="count">1</span>');
  expect(list).toContain("rex");
  expect(list).not.toMatch(/business|acme\/hidden|containers at work/);
  expect(await (await browser("/?show=ended")).text()).toContain("No loop has ended yet");
  expect((await browser(`/loops/${demo}/12`)).status).toBe(200);
  const outcomes = await (await browser("/outcomes")).text();
  expect(outcomes).toContain("No loop has ended yet");
  expect(outcomes).not.toContain("acme/hidden");
  expect(list).not.toContain("/health");
  expect((await browser("/health")).status).toBe(404);
  const absent = await (await browser("/loops/999/12")).text();
  for (const path of ["12", "13", "12/events", `12/texts/${"a".repeat(64)}`, "77"]) {
    const answer = await browser(`/loops/${hidden.id}/${path}`);
    expect([path, answer.status, await answer.text()]).toEqual([path, 404, absent]);
  }
});

test("who was given more sees more; a stranger who signs in sees no loop at all", async () => {
  const { forge, url, hidden } = await aPlace();
  const ada = aBrowser(url);
  await signIn(forge, ada, "ada");
  expect(await (await ada("/")).text()).toContain('Waiting for people <span class="count">2</span>');
  expect(await (await ada("/?show=ended")).text()).toContain("Nobody&#39;s business");
  expect((await ada(`/loops/${hidden.id}/13`)).status).toBe(200);
  forge.createUser("sam");
  const sam = aBrowser(url);
  await signIn(forge, sam, "sam");
  const list = await (await sam("/")).text();
  expect(list).toContain('Waiting for people <span class="count">0</span>');
  expect(list).not.toContain("A loop that rex sees"); // though everybody may read acme/demo at GitHub
});

test("access that is lost at GitHub is lost here within a minute, also for a browser that follows a loop", async () => {
  let late = 0;
  const { forge, url, demo, live } = await aPlace({ now: () => Date.now() + late });
  const browser = aBrowser(url);
  await signIn(forge, browser, "rex");
  const { body } = await browser(`/loops/${demo}/12/events`);
  const reader = body?.getReader();
  forge.repository("acme/demo").collaborators.delete(forge.as("rex").user);
  expect((await browser(`/loops/${demo}/12`)).status).toBe(200);
  late = 60_000;
  expect((await browser(`/loops/${demo}/12`)).status).toBe(404);
  const state = aLoop();
  live.decided({ issueKey: `${demo}#12`, after: state });
  expect(await reader?.read()).toEqual({ done: true, value: undefined });
});

test("a token that the person takes back, and one that is over, ends the session", async () => {
  let late = 0;
  const { forge, url } = await aPlace({ now: () => Date.now() + late });
  const browser = aBrowser(url);
  await signIn(forge, browser, "rex");
  const app = forge.world.apps.find(({ id }) => id === forge.app.id);
  if (app !== undefined) forge.world.revokeAuthorization(forge.as("rex").user, app);
  late = 60_000;
  const over = await browser("/");
  expect([over.status, await over.text()]).toEqual([403, expect.stringContaining("Sign in with GitHub")]);
  await signIn(forge, browser, "rex");
  expect((await browser("/")).status).toBe(200);
  late += 8 * 3_600_000;
  expect((await browser("/")).status).toBe(403);
});

test("while GitHub cannot be asked what a person may see, nothing is shown, and the session stays", async () => {
  const { forge, url } = await aPlace();
  const browser = aBrowser(url);
  await signIn(forge, browser, "rex");
  forge.failNext("GET /user/installations", { status: 502 });
  const answer = await browser("/");
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining("Nothing is shown meanwhile")]);
  expect((await browser("/")).status).toBe(200);
});

test("an answer of GitHub's counts for the browser that began, once, and for ten minutes", async () => {
  let late = 0;
  const { forge, url } = await aPlace({ now: () => Date.now() + late });
  const [browser, other] = [aBrowser(url), aBrowser(url)];
  const back = pathIn(await agree(forge, leads(await browser("/sign-in")), "rex"));
  await other("/sign-in");
  for (const stranger of [aBrowser(url), other]) {
    const answer = await stranger(back);
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining("no sign-in that this browser"),
    ]);
  }
  const cookie = /loopgate_sign_in=[^;]+/.exec((await browser("/sign-in")).headers.getSetCookie().join())?.[0] ?? "";
  const again = pathIn(await agree(forge, leads(await browser("/sign-in")), "rex"));
  expect((await browser(again)).status).toBe(303);
  expect((await browser(again)).status).toBe(403);
  expect((await aBrowser(url)(again, { headers: { cookie } })).status).toBe(403);
  const slow = pathIn(await agree(forge, leads(await browser("/sign-in")), "rex"));
  late = 600_000;
  expect((await browser(slow)).status).toBe(403);
});

test("who declines is told so, and an address that the App's settings lack is named", async () => {
  const { forge, url } = await aPlace();
  const browser = aBrowser(url);
  const declined = new URL(leads(await browser("/sign-in")));
  const state = declined.searchParams.get("state") ?? "";
  const told = await browser(`/signed-in?error=access_denied&error_description=<b>x</b>&state=${state}`);
  const text = await told.text();
  expect([told.status, text]).toEqual([403, expect.stringContaining("You did not let the App know")]);
  expect(text).not.toContain("<b>");
  forge.setCallbacks([`${url}/elsewhere`]);
  const back = await agree(forge, leads(await browser("/sign-in")), "rex");
  expect(new URL(back).searchParams.get("error")).toBe("redirect_uri_mismatch");
  const { search } = new URL(back);
  expect(await (await browser(`/signed-in${search}`)).text()).toContain("callback URLs");
});

test("a way back that leads elsewhere is not gone", async () => {
  const { forge, url } = await aPlace();
  for (const to of ["https://evil.example/", "//evil.example", "/\\evil.example", "/loops/1/2?x=//evil.example"])
    expect(await signIn(forge, aBrowser(url), "rex", to)).toBe("/");
});

test("a form counts with the key of the page it was on, and signing out ends the session", async () => {
  const { forge, url } = await aPlace();
  const browser = aBrowser(url);
  await signIn(forge, browser, "rex");
  const post = (key: string, origin = url) =>
    browser("/sign-out", { method: "POST", body: new URLSearchParams({ key }), headers: { origin } });
  const key = /name="key" value="([\w-]{43})"/.exec(await (await browser("/")).text())?.[1] ?? "";
  expect((await post(key, "http://127.0.0.1:1")).status).toBe(403);
  for (const wrong of ["", "x".repeat(43)]) expect((await post(wrong)).status).toBe(403);
  expect((await browser("/")).status).toBe(200);
  expect((await post(key)).status).toBe(200);
  expect((await browser("/")).status).toBe(403);
});

test("T26: whoever signs in again and again ends their own oldest sessions, and nobody else's", () => {
  const sessions = createSessions(createSigner("a seal secret of the test's"), {
    repositoriesOf: async () => new Set(),
  });
  const begin = (id: number) =>
    sessions.begin({ token: `t${id}`, lastsMs: 60_000, person: { id, login: `user-${id}` } }, 1_000_000_000_000)
      .session;
  const others = [1, 2, 3].map(begin);
  const own = Array.from({ length: 1_200 }, () => begin(9));
  const alive = (session: string) => sessions.find(session, 1_000_000_000_001) !== null;
  expect(others.map(alive)).toEqual([true, true, true]);
  expect(own.filter(alive)).toEqual(own.slice(-10));
});

/** As a TLS proxy passes it on. */
function under(url: string, host: string, path: string, more: Record<string, string> = {}) {
  const { hostname, port } = new URL(url);
  return new Promise<{ status: number; cookies: string[]; location: string; text: string }>((done) =>
    request({ hostname, port, path, headers: { host, ...more } }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () => {
        const { "set-cookie": cookies = [], location = "" } = answer.headers;
        done({ status: answer.statusCode ?? 0, cookies, location, text });
      });
    }).end(),
  );
}

test("under a public name cookies are for that name and https alone, and the App's figures are not there", async () => {
  const { forge, url } = await aPlace({ publicOrigin: "https://pages.example" });
  const begun = await under(url, "pages.example", "/sign-in");
  expect(new URL(begun.location).searchParams.get("redirect_uri")).toBe("https://pages.example/signed-in");
  expect(begun.cookies).toEqual([
    expect.stringMatching(/^__Host-loopgate_sign_in=[^;]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
  ]);
  const back = pathIn(await agree(forge, begun.location, "rex"));
  const came = await under(url, "pages.example", back, { cookie: begun.cookies[0]?.split(";")[0] ?? "" });
  const session = came.cookies.find((one) => one.startsWith("__Host-loopgate_person="))?.split(";")[0] ?? "";
  expect((await under(url, "pages.example", "/", { cookie: session })).text).toContain("A loop that rex sees");
  expect((await under(url, "127.0.0.1", "/", { cookie: session.replace("__Host-", "") })).text).toContain("rex sees");
  expect((await under(url, "evil.example", "/")).status).toBe(421);
  for (const path of ["/metrics", "/readyz"]) {
    expect((await under(url, "pages.example", path)).status).toBe(404);
    expect((await under(url, "127.0.0.1", path, { "x-forwarded-for": "192.0.2.1" })).status).toBe(404);
    expect((await under(url, "127.0.0.1", path)).status).toBe(200);
  }
});

test("what is kept of a person in the cookie is a session that nobody else can make", async () => {
  const { forge, url } = await aPlace();
  const browser = aBrowser(url);
  const begun = await browser("/sign-in");
  const back = pathIn(await agree(forge, leads(begun), "rex"));
  const set = (await browser(back)).headers.getSetCookie().find((one) => one.startsWith("loopgate_person=")) ?? "";
  expect(set).toMatch(
    /^loopgate_person=p\.\d{13}\.[\w-]{24}\.[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  const session = /=([^;]+)/.exec(set)?.[1] ?? "";
  for (const forged of [
    session.replace(/^p/, "s"),
    `${session.slice(0, -1)}x`,
    session.replace(/\d{13}/, "9999999999999"),
  ])
    expect((await aBrowser(url)("/", { headers: { cookie: `loopgate_person=${forged}` } })).status).toBe(403);
  // The same session at another App that knows its secret: nobody's, since the token is in the first one's memory only.
  const other = await aPlace();
  expect((await aBrowser(other.url)("/", { headers: { cookie: `loopgate_person=${session}` } })).status).toBe(403);
});
