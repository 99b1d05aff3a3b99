// The pages in a real browser: approving by clicking, hostile Markdown that stays inert, and a page that follows along.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerType, serve } from "@hono/node-server";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { browserArguments, findBrowser, screenshot } from "../../src/forge/pages/screenshot.ts";
import { aPlace, aThread, type Place, person, type Thread } from "./pages-thread.ts";

const executablePath = await findBrowser();
if (executablePath === null && process.env.CI)
  throw new Error("CI is set, but there is no Chromium to test the pages with.");
if (executablePath === null)
  process.stderr.write("SKIPPED: the pages are not tested in a browser, for no Chromium was found.\n");

test("without a browser, a picture fails with a fault that says what to do", async () => {
  vi.stubEnv("CHROMIUM", "/nonexistent/chromium");
  const attempt = screenshot({ url: "http://127.0.0.1:9/", file: "/nonexistent.png", width: 100 });
  await expect(attempt).rejects.toThrow(Fault);
  await expect(attempt).rejects.toThrow(/http:\/\/127\.0\.0\.1:9\/: no Chromium was found\. Install one/);
  vi.unstubAllEnvs();
});

describe.skipIf(executablePath === null)("in a browser", () => {
  let place: Place;
  let thread: Thread;
  let server: ServerType;
  let browser: Browser;
  let origin: string;

  beforeAll(async () => {
    place = await aPlace();
    thread = await aThread(place);
    server = await new Promise<ServerType>((resolve) => {
      const starting = serve({ fetch: place.app.fetch, port: 0, hostname: "127.0.0.1" }, () => resolve(starting));
    });
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    place.world.origin = origin;
    browser = await chromium.launch({ executablePath: executablePath as string, args: [...browserArguments] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await place?.close();
  });

  /** A fresh window; `wrong` collects what must not happen: errors, dialogs, requests elsewhere. */
  async function open(path: string): Promise<{ page: Page; wrong: string[] }> {
    const page = await (await browser.newContext()).newPage();
    const wrong: string[] = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    page.on("dialog", (dialog) => {
      wrong.push(dialog.message());
      return dialog.dismiss();
    });
    page.on("request", (request) => request.url().startsWith(origin) || wrong.push(request.url()));
    await page.goto(origin + path);
    return { page, wrong };
  }

  test("a reviewer chooses who they are, approves by clicking, and the approval counts for the head shown", async () => {
    const { page, wrong } = await open("/maria/durations/pull/2");
    await page.getByLabel("You are").selectOption("tomas-k");
    await page.getByLabel("Review comment").fill("Good: the **sum** is right.");
    await page.getByRole("button", { name: "Approve" }).click();
    await page.locator("#timeline").getByText("approved these changes").waitFor();
    expect(thread.pull.reviews).toMatchObject([
      { state: "APPROVED", commitId: thread.heads[1], body: "Good: the **sum** is right." },
    ]);
    expect(await page.getByText("Changes approved").isVisible()).toBe(true);
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  test("hostile Markdown runs nothing and loads nothing from elsewhere (T15)", async () => {
    const hostile = [
      "<script>document.title = 'owned'</script>",
      '<img src="https://evil.example/x.png" onerror="alert(1)">',
      "![x](https://evil.example/y.png)",
      "<svg onload=alert(2)>",
      '<a href="javascript:alert(3)">press</a>',
      '<iframe src="https://evil.example"></iframe>',
      '<form action="/-/person" method="post"><button>go</button></form>',
      '<link rel="stylesheet" href="https://evil.example/z.css">',
    ].join("\n\n");
    const issue = place.world.openIssue(person(place.guest), place.repository, {
      title: '<img src=x onerror="alert(4)">',
      body: hostile,
    });
    const { page, wrong } = await open(`/maria/durations/issues/${issue.number}`);
    await page.getByText("press", { exact: true }).click();
    expect(await page.locator(".markdown").locator("script, img, svg, iframe, form, link").count()).toBe(0);
    expect(await page.title()).toContain("<img src=x");
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  test("the page follows the thread and keeps what the person is typing", async () => {
    const { page, wrong } = await open("/maria/durations/issues/1");
    await page.getByLabel("You are").selectOption("maria");
    await page.getByLabel("Add a comment as maria").fill("half a thou");
    const description = page.locator("#issue-1");
    await description.getByText("Edit").click();
    await description.getByRole("textbox").fill("half a repor");
    await page.locator(".markdown summary").click();
    const app = place.world.actorOf(place.bot);
    const [status] = thread.issue.comments;
    if (!status) throw new Error("the thread has a status comment");
    place.world.addReaction(app, thread.issue, "rocket");
    place.world.editComment(app, status, `${status.body}\n\nOne line more.`);
    place.world.createComment(app, thread.issue, "Said while **you** typed.");
    place.world.removeLabel(person(place.tomas), thread.issue, "bug");
    await page.getByText("One line more.").waitFor();
    await page.getByText("Said while").waitFor();
    await page.locator("#sidebar .chips .chip", { hasText: "bug" }).waitFor({ state: "detached" });
    expect(await page.getByLabel("Add a comment as maria").inputValue()).toBe("half a thou");
    expect(await description.getByRole("textbox").inputValue()).toBe("half a repor");
    expect(await page.locator(".markdown details").getAttribute("open")).toBe("");
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  test("everything can be done without JavaScript", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${origin}/maria/durations/issues/1`);
    await page.locator("#person").selectOption("maria");
    await page.getByRole("button", { name: "Switch" }).click();
    await page.locator("#reply").fill("No script was needed.");
    await page.getByRole("button", { name: "Comment", exact: true }).click();
    await page.locator("p", { hasText: "No script was needed." }).waitFor();
    expect(thread.issue.comments.at(-1)).toMatchObject({ body: "No script was needed.", user: place.maria });
    await context.close();
  });

  test("a picture is taken of one element, and a page that fails is a fault", async () => {
    const folder = await mkdtemp(join(tmpdir(), "forge-picture-"));
    const file = join(folder, "thread.png");
    await screenshot({ url: `${origin}/maria/durations/issues/1`, file, width: 900, selector: "#timeline" });
    expect((await readFile(file)).subarray(1, 4).toString()).toBe("PNG");
    await expect(screenshot({ url: `${origin}/maria/nothing`, file, width: 900 })).rejects.toThrow(
      /the page answered 404/,
    );
    await rm(folder, { recursive: true });
  });
});
