// The operator's pages about loops: who may look, what is told, that a page follows along, and that many loops slow nothing.
import { request } from "node:http";
import { type Browser, chromium, type Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createAdmission, makeTicket } from "../../src/cockpit/ticket.ts";
import { browserArguments, findBrowser } from "../../src/forge/pages/screenshot.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { aLoop, anAttempt, anEndedLoop, aRun } from "../loop/builder.ts";
import { aBarrier } from "../story/barrier.ts";
import { approving, aStory, attempts, botch, mend, sealSecret } from "../story/world.ts";
import { until } from "../until.ts";
import { aDoor, secret } from "./a-door.ts";

describe("a ticket", () => {
  const [now, minute] = [1_800_000_000_000, 60_000];

  test("is good once, for five minutes, under its own secret, and the session for twelve hours", () => {
    const admission = createAdmission(secret, now);
    const ticket = makeTicket(secret, now);
    expect(createAdmission("another secret of the same kind", now).admit(ticket, now)).toBeNull();
    expect(admission.admit(ticket, now + 5 * minute)).toBeNull();
    const admitted = admission.admit(ticket, now + 4 * minute);
    expect(admission.admit(ticket, now + 4 * minute)).toBeNull();
    const session = admitted?.session ?? "";
    expect(admission.isAdmitted(session, now + 12 * 60 * minute)).toBe(true);
    expect(admission.isAdmitted(session, now + 13 * 60 * minute)).toBe(false);
  });

  test("that was used stays used after a restart, and none is good from before the start or from a clock that is ahead", () => {
    const ticket = makeTicket(secret, now);
    expect(createAdmission(secret, now - minute).admit(ticket, now + minute)).not.toBeNull();
    expect(createAdmission(secret, now + 1).admit(ticket, now + 2)).toBeNull();
    expect(createAdmission(secret, now - minute).admit(ticket, now - 1)).toBeNull();
  });

  test("is no session, a session is no ticket, and neither may be changed", () => {
    const admission = createAdmission(secret, now);
    const ticket = makeTicket(secret, now);
    expect(admission.isAdmitted(ticket, now)).toBe(false);
    const session = admission.admit(ticket, now)?.session ?? "";
    expect(admission.admit(session, now)).toBeNull();
    const later = session.replace(/^s\.\d{13}/, `s.${now + 1e12}`);
    expect(admission.isAdmitted(later, now)).toBe(false);
    for (const text of ["", "s", `${session}x`, session.slice(0, -1)])
      expect(admission.isAdmitted(text, now)).toBe(false);
  });
});

describe("the door", () => {
  test("tells nothing of any loop to whoever has no session, wherever they look", async () => {
    const { ask, set } = await aDoor({ "100#12": aLoop({ phase: "awaiting_gate" }) });
    expect(set).toMatch(/; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
    const paths = [
      "/",
      "/?show=ended",
      "/loops/100/12",
      "/loops/100/12/events",
      `/loops/100/12/texts/${"1".repeat(64)}`,
      "/nowhere",
    ];
    for (const path of paths) {
      const answer = await ask(path, {});
      expect([path, answer.status]).toEqual([path, 403]);
      expect(await answer.text()).not.toMatch(/sum\(\)|acme|widgets|alice|k3f9|>1</);
    }
  });

  test("keeps pages to this machine's names, and to what they ask themselves", async () => {
    const { url, cookie } = await aDoor({});
    const { hostname, port } = new URL(url);
    const status = (method: string, host: string) =>
      new Promise((done) =>
        request({ hostname, port, method, path: "/", headers: { host, cookie } }, (answer) =>
          done(answer.statusCode),
        ).end(),
      );
    expect(await status("GET", "evil.example")).toBe(421);
    expect(await status("GET", "localhost:1")).toBe(200);
    expect(await status("POST", "127.0.0.1")).toBe(403); // from no page of ours
    expect(await status("DELETE", "127.0.0.1")).toBe(405);
  });

  test("shows a text with the loop that it belongs to only", async () => {
    const attempts = [anAttempt({ runs: [aRun({ logSha256: "a".repeat(64) })] })];
    const texts = {
      ["a".repeat(64)]: `<b>what it wrote</b> ghp_${"x".repeat(36)}`,
      ["b".repeat(64)]: "another loop's",
    };
    const { ask } = await aDoor({ "100#12": aLoop({ attempts }) }, { texts });
    const own = await ask(`/loops/100/12/texts/${"a".repeat(64)}`);
    expect([own.status, own.headers.get("content-type"), await own.text()]).toEqual([
      200,
      expect.stringMatching(/^text\/plain;/),
      expect.stringMatching(/^<b>what it wrote<\/b> (?!ghp_x)/),
    ]);
    expect((await ask(`/loops/100/12/texts/${"b".repeat(64)}`)).status).toBe(404);
    expect((await ask("/loops/100/13")).status).toBe(404);
  });

  test("shows an attempt's pictures with the loop that they belong to only, and as nothing but pictures", async () => {
    const [before, difference, after, attached, other] = ["a", "b", "c", "d", "e"].map((one) => one.repeat(64)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const size = { path: "home<1>.png", width: 1, height: 1 };
    const seen = { state: "green" as const, note: "", red: [], redAll: "", redCount: 0, findings: [] };
    const base = { ...seen, pictures: [{ ...size, id: before, differs: { pixels: 1, id: difference } }] };
    const checks = [{ name: "looks", head: { ...seen, pictures: [{ ...size, id: after }] }, base }];
    const attempts = [anAttempt({ checks, attached: [{ ...size, id: attached, caption: "<b>" }] })];
    const png = Buffer.from("<script>").toString("base64");
    const texts = Object.fromEntries([before, difference, after, attached, other].map((id) => [id, png]));
    const { ask } = await aDoor({ "100#12": aLoop({ attempts }) }, { texts });
    const page = await (await ask("/loops/100/12")).text();
    const linked = [...page.matchAll(/<img src="([^"]+)" alt="([^"]+)"/g)].map(([, url, alt]) => [url, alt]);
    expect(linked).toEqual(
      [
        [before, "before"],
        [difference, "difference"],
        [after, "after"],
        [attached, "attached"],
      ].map(([id, of]) => [`/loops/100/12/pictures/${id}`, `${of}: home&lt;1&gt;.png`]),
    );
    const one = await ask(`/loops/100/12/pictures/${after}`);
    expect([one.status, one.headers.get("content-type"), one.headers.get("x-content-type-options")]).toEqual([
      200,
      "image/png",
      "nosniff",
    ]);
    expect((await ask(`/loops/100/12/pictures/${other}`)).status).toBe(404);
    expect((await ask(`/loops/100/12/texts/${after}`)).status).toBe(404);
  });

  test("a program that only asks after the live view takes nobody's place in it", async () => {
    const { url, cookie, ask } = await aDoor({ "100#12": aLoop() });
    const path = "/loops/100/12/events";
    for (let asked = 0; asked < 60; asked += 1) await fetch(url + path, { method: "HEAD", headers: { cookie } });
    const followed = await ask(path);
    expect(followed.status).toBe(200);
    await followed.body?.cancel();
  });

  test("closes though a browser still follows a loop", async () => {
    const { door, ask } = await aDoor({ "100#12": aLoop() });
    const { body } = await ask("/loops/100/12/events");
    await door.close();
    await expect(body?.getReader().read()).rejects.toThrow();
  }, 15_000);

  test("what people and agents wrote stays text", async () => {
    const title = `<img src=x onerror=alert(1)> & "quotes"`;
    const { ask, errors } = await aDoor({ "100#12": aLoop({ title, phase: "awaiting_gate" }) });
    for (const path of ["/", "/loops/100/12"]) {
      const text = await (await ask(path)).text();
      expect(text).toContain("&lt;img src=x onerror=alert(1)&gt;");
      expect(text).not.toContain("<img");
    }
    expect(errors).toEqual([]);
  });

  test("of a thousand loops a page reads fifty, and the next one goes on", async () => {
    const keys = Array.from({ length: 1_000 }, (_, index) => `100#${index + 1}`);
    const loops = Object.fromEntries(keys.map((key) => [key, aLoop({ phase: "executing", title: key })]));
    const { ask, loaded } = await aDoor(loops);
    const text = await (await ask("/?show=work")).text();
    expect(loaded).toEqual(keys.slice(0, 50));
    expect(text).toContain('<span class="count">1000</span>');
    const [, next = ""] = /href="(\/\?show=work&amp;after=50)"/.exec(text) ?? [];
    await ask(next.replace("&amp;", "&"));
    expect(loaded.slice(50)).toEqual(keys.slice(50, 100));
  });

  test("one loop that cannot be read is shown as that, and keeps no other from being shown", async () => {
    const loops = { "100#1": aLoop({ phase: "executing", title: "Whole" }), "100#2": aLoop({ phase: "executing" }) };
    const { ask, errors } = await aDoor(loops, { unreadable: ["100#2"] });
    const list = await ask("/?show=work");
    const text = await list.text();
    expect(list.status).toBe(200);
    expect(text).toContain("Whole");
    expect(text).toMatch(/Issue 2 of repository 100<\/h2>\s*<p class="facts"><span class="state bad">cannot be read/);
    expect(await (await ask("/loops/100/2")).text()).toContain("The loop on 100#2 cannot be read.");
    expect(errors.length).toBe(2);
  });

  test("a list reads a loop once, and again as soon as something was decided about it", async () => {
    const loops: Record<string, LoopState> = { "100#1": aLoop({ phase: "executing", title: "Before" }) };
    const { ask, loaded, live } = await aDoor(loops);
    for (let n = 0; n < 3; n++) await ask("/?show=work");
    expect(loaded).toEqual(["100#1"]);
    const after = aLoop({ phase: "executing", title: "After" });
    loops["100#1"] = after;
    live.decided({ issueKey: "100#1", after });
    expect(await (await ask("/?show=work")).text()).toContain("After");
    expect(loaded).toEqual(["100#1", "100#1"]);
  });

  test("what happened is told in words, and so is what the loop does since", async () => {
    const entry = { issueKey: "100#12", loop: "k3f9", at: 1_000 };
    const trace = [
      {
        ...entry,
        kind: "verdict_read",
        detail: { before: "verifying", after: "awaiting_gate", note: "`test` is green" },
      },
      { ...entry, kind: "of_a_later_version", detail: { before: "awaiting_gate", after: "awaiting_gate" } },
    ];
    const { ask } = await aDoor({ "100#12": aLoop() }, { trace });
    const text = await (await ask("/loops/100/12")).text();
    expect(text).toMatch(
      /<strong>CI and the judges were read<\/strong> → <span class="step">waiting for a person<\/span> <span class="quiet"><code>test<\/code> is green/,
    );
    expect(text).toContain("<strong>of a later version</strong>");
    expect(text).not.toContain("awaiting_gate");
  });

  test("the App's own health is for the operator, who may have it looked at again", async () => {
    const { ask, url, cookie } = await aDoor({});
    const text = await (await ask("/health")).text();
    for (const told of ["containers cannot be used", "No container engine answered.", "acme/shop", "4321 of 5000"])
      expect(text).toContain(told);
    expect(text).toContain("the signature does not match the body");
    const key = /action="\/health"><input type="hidden" name="key" value="([^"]+)"/.exec(text)?.[1] ?? "";
    const press = (body: string) =>
      fetch(`${url}/health`, {
        method: "POST",
        headers: { cookie, origin: url, "content-type": "application/x-www-form-urlencoded" },
        body,
        redirect: "manual",
      });
    expect((await press(`key=${key}`)).status).toBe(303);
    expect((await press("key=x")).status).toBe(403);
  });

  test("a loop that ended says why and what to do next", async () => {
    const ended = anEndedLoop({ reason: "retry_limit", of: "attempts" } as Parameters<typeof anEndedLoop>[0]);
    const { ask } = await aDoor({ "100#12": ended });
    expect(await (await ask("/?show=ended")).text()).toContain("stopped: retry limit");
    const text = await (await ask("/loops/100/12")).text();
    expect(text).toContain("<strong>Next:</strong>");
    expect(text).toContain("Attempt 1");
  });
});

const executablePath = await findBrowser();
if (executablePath === null && process.env.CI)
  throw new Error("CI is set, but there is no Chromium to test the operator's pages with.");

describe.skipIf(executablePath === null)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath as string, args: [...browserArguments] });
  });
  afterAll(() => browser?.close());

  test("an operator finds the loop that waits, sees what was done, and sees it end without a reload", async () => {
    const story = await aStory({ figures: true, executor: mend, reviewer: approving });
    const issue = await story.startLoop();
    const page = await (await browser.newContext()).newPage();
    onTestFinished(() => page.context().close());
    const wrong: string[] = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    await page.goto(`${story.app().operatorUrl}/begin?ticket=${makeTicket(sealSecret, Date.now())}`);
    const state = await story.state(issue);
    await page.getByRole("link", { name: state.title }).click();
    await page.locator("summary", { hasText: "Attempt 1" }).waitFor();
    expect(await page.locator("details .state").first().textContent()).toBe("green");
    await page.getByText("This page follows along.").waitFor();
    await page.setViewportSize({ width: 375, height: 700 });
    expect(await page.locator("html").evaluate((root) => root.scrollWidth)).toBe(375);
    await page.locator("body").evaluate((body) => body.setAttribute("data-same", "yes"));
    story.forge.as("bob").approve(await story.pull(issue));
    await story.settle();
    await page.getByText("done: task complete").first().waitFor();
    expect(await page.locator("body").getAttribute("data-same")).toBe("yes");
    const told = async () => (await page.locator(".timeline").textContent()) ?? "";
    await until(async () => (await told()).includes("ended"));
    await page.getByRole("link", { name: "Outcomes" }).click();
    await page.locator("tr", { hasText: "acme/shop" }).getByText("1").first().waitFor();
    await page.getByRole("link", { name: "Health" }).click();
    await page.locator("tr", { hasText: "acme/shop" }).getByText("ago").waitFor();
    expect(wrong).toEqual([]);
  });

  test("what a reader opened and closed stays so while a loop goes on", async () => {
    const { wait, go } = await aBarrier();
    const story = await aStory({
      figures: true,
      executor: attempts(botch("red"), `${wait}; ${mend}`),
      reviewer: approving,
    });
    const issue = story.openIssue();
    story.forge.as("alice").label(issue, "loop");
    await until(async () => (await story.state(issue).catch(() => null))?.attempts.length === 2);
    const page = await (await browser.newContext()).newPage();
    onTestFinished(() => page.context().close());
    await page.goto(`${story.app().operatorUrl}/begin?ticket=${makeTicket(sealSecret, Date.now())}`);
    await page.goto(`${story.app().operatorUrl}/loops/${story.repository.id}/${issue.number}`);
    await page.getByText("This page follows along.").waitFor();
    const [second, first] = [page.locator("details.card").first(), page.locator("details.card").last()];
    await second.locator("summary").first().click();
    await first.locator("summary").first().click();
    await first.locator("details", { hasText: "Changed files" }).locator("summary").click();
    go();
    await story.settle();
    await second.locator("details", { hasText: "Changed files" }).waitFor({ state: "attached" });
    const isOpen = (one: Locator) => one.evaluate((element) => element.hasAttribute("open"));
    expect(await isOpen(second)).toBe(false);
    expect(await isOpen(first)).toBe(true);
    expect(await isOpen(first.locator("details", { hasText: "Changed files" }))).toBe(true);
  });

  test("a person signs in with GitHub, sees the loop of their repository, and a stranger sees none", async () => {
    const story = await aStory({ figures: true, executor: mend, reviewer: approving });
    const issue = await story.startLoop();
    const { title } = await story.state(issue);
    const pagesUrl = story.app().operatorUrl ?? "";
    story.forge.setCallbacks([`${pagesUrl}/signed-in`]);
    story.forge.createUser("sam");
    for (const [login, count] of [
      ["carol", 1],
      ["sam", 0],
    ] as const) {
      const page = await (await browser.newContext()).newPage();
      onTestFinished(() => page.context().close());
      const wrong: string[] = [];
      page.on("pageerror", (error) => wrong.push(String(error)));
      page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
      await page.goto(story.forge.url);
      await page.getByLabel("You are").selectOption(login);
      await page.getByRole("button", { name: "Switch" }).click();
      wrong.splice(0);
      await page.goto(pagesUrl);
      wrong.splice(0); // the browser tells of the 403 that asks to sign in
      await page.getByRole("link", { name: "Sign in with GitHub" }).click();
      await page.getByRole("button", { name: "Authorize loopgate" }).click();
      await page.getByRole("heading", { name: "Waiting for people" }).waitFor();
      expect(await page.getByRole("link", { name: title }).count()).toBe(count);
      if (count > 0) {
        await page.getByRole("link", { name: title }).click();
        await page.getByText("This page follows along.").waitFor();
      }
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Signed out" }).waitFor();
      expect(wrong).toEqual([]);
    }
  });
});
