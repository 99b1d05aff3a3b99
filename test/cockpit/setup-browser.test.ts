// Installing as a new operator does, in a real browser: from nothing to a labelled issue that the App answers.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { processRuntime } from "../../src/container/process/process.ts";
import { neededToServe } from "../../src/environment.ts";
import { type Forge, startForge } from "../../src/forge/forge.ts";
import { browserArguments, findBrowser } from "../../src/forge/pages/screenshot.ts";
import { readSettings } from "../../src/settings.ts";
import { askAboutApp, startApp } from "../../src/wire.ts";
import { type Command, run, start } from "../cli/command.ts";
import { until } from "../until.ts";

const executablePath = await findBrowser();
if (executablePath === null && process.env.CI)
  throw new Error("CI is set, but there is no Chromium to test the set-up page with.");

const publicUrl = "https://loopgate.example";
const silent = { info() {}, warn() {}, error() {} };

describe.skipIf(executablePath === null)("setting up in a browser", () => {
  let browser: Browser;
  let dir: string;
  let forge: Forge;
  let frontDoors: Record<string, string>;
  let context: BrowserContext;
  let page: Page;
  let wrong: string[];
  const envFile = () => join(dir, ".env");

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath as string, args: [...browserArguments] });
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "lg-setup-"));
    frontDoors = {};
    forge = await startForge({ dataDir: join(dir, "forge"), frontDoors });
    forge.createUser("ada");
    await forge.createRepository({ owner: "ada", name: "demo", installed: false });
    context = await browser.newContext();
    page = await context.newPage();
    wrong = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    await page.goto(forge.url);
    await page.getByLabel("You are").selectOption("ada");
    await page.getByRole("button", { name: "Switch" }).click();
    wrong.splice(0);
  });
  afterEach(async () => {
    await context.close();
    await forge.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Starts `loopgate setup`, gives GitHub the way to it, and opens the address that it prints. */
  async function begin(...more: string[]): Promise<Command> {
    const env = { LOOPGATE_PORT: "0" };
    const command = start(["setup", "--port", "0", "--settings", envFile(), "--github", forge.url, ...more], env);
    const [, address = ""] = await command.said(/^ {2}(http:\S+)$/m);
    const [, webhooks = ""] = await command.said(/awaited at (http:\/\/[^/\s]+)/);
    frontDoors[publicUrl] = webhooks;
    await page.goto(address);
    return command;
  }

  async function register(name: string): Promise<void> {
    await page.getByRole("button", { name: "Create it on GitHub" }).click();
    await page.getByLabel("GitHub App name").fill(name);
    await page.getByRole("button", { name: "Create GitHub App for @ada" }).click();
  }

  async function install(): Promise<void> {
    const opening = context.waitForEvent("page");
    await page.getByRole("link", { name: "Choose repositories on GitHub" }).click();
    const other = await opening;
    await other.getByLabel("ada/demo").check();
    await other.getByRole("button", { name: "Install" }).click();
    await other.getByText("is installed on 1 of ada's repositories").waitFor();
    await other.close();
  }

  const settings = () => readSettings({ ...parseEnv(readFileSync(envFile(), "utf8")) }, neededToServe);

  test("six steps: start, open, create, install, start the App, label an issue", async () => {
    const command = await begin("--public-url", publicUrl);
    expect(await page.locator("tr", { hasText: "Webhooks to" }).textContent()).toContain(
      "https://loopgate.example/api/github/webhooks",
    );
    await register("Loopgate of Ada");
    await page.getByText("Loopgate of Ada is there").waitFor();
    await install();
    await page.getByRole("heading", { name: "All is ready" }).waitFor();
    expect(await page.getByRole("heading", { name: "Installed for ada" }).isVisible()).toBe(true);
    expect(await page.getByRole("heading", { name: "GitHub reaches this App" }).isVisible()).toBe(true);
    await page.getByRole("button", { name: "Finish" }).click();
    await page.getByRole("heading", { name: "Finished" }).waitFor();
    expect(await command.ended).toMatchObject({ code: 0, err: "" });
    expect(wrong).toEqual([]);
    expect(statSync(envFile()).mode & 0o777).toBe(0o600);

    const read = settings();
    expect(read.ok).toBe(true);
    if (!read.ok) return;
    expect(read.settings.app.slug).toBe("loopgate-of-ada");
    expect(await askAboutApp(read.settings)).toEqual([]);
    const { operatorDoor, ...rest } = read.settings;
    expect(operatorDoor).toEqual({ host: "127.0.0.1", port: 3001 });
    const made = forge.world.apps.find(({ slug }) => slug === "loopgate-of-ada");
    expect(read.settings.client).toEqual({ id: made?.clientId, secret: made?.clientSecret });
    expect(made?.callbackUrls).toEqual(["http://127.0.0.1:3001/signed-in"]);
    const app = await startApp({
      settings: {
        ...rest,
        github: { ...read.settings.github, throttle: false },
        dataDir: join(dir, "data"),
        listen: { host: "127.0.0.1", port: 0 },
      },
      log: silent,
      runtime: processRuntime({ scratchDir: join(dir, "runs") }),
      image: () => ({ kind: "toolchain" }),
    });
    frontDoors[publicUrl] = app.url;
    // The installation was told of while the App was being set up, and is told again: the labels are made, and a policy is proposed.
    const { labels, issues } = forge.repository("ada/demo");
    await until(() => [...issues.values()].some(({ title, pull }) => pull && title === "Add a policy for Loopgate"));
    expect(labels.map(({ name }) => name)).toContain("loop");
    const issue = forge.as("ada").openIssue("ada/demo", { title: "Add a licence" });
    forge.as("ada").label(issue, "loop");
    await until(() => issue.comments.some(({ user }) => user.login === "loopgate-of-ada[bot]"));
    await app.close();
  });

  test("the App of another name is refused there, and the page goes on with a free one", async () => {
    const command = await begin("--public-url", publicUrl);
    await register("Loopgate");
    await page.getByRole("alert").getByText("Name is already taken").waitFor();
    await page.getByLabel("GitHub App name").fill("Another Loopgate");
    await page.getByRole("button", { name: "Create GitHub App for @ada" }).click();
    await page.getByText("Another Loopgate is there").waitFor();
    command.signal("SIGINT");
    expect((await command.ended).code).toBe(0);
    expect(settings().ok).toBe(true);
  });

  test("an App whose key could not be kept is not passed over when the program ends", async () => {
    const command = await begin("--public-url", publicUrl);
    writeFileSync(envFile(), "LOOPGATE_APP_ID=1\n");
    await register("Loopgate of Ada");
    await page.getByText("its key could not be kept").waitFor();
    command.signal("SIGINT");
    const { code, err } = await command.ended;
    expect(code).toBe(1);
    expect(err).toMatch(/The App Loopgate of Ada is at GitHub, and its key is lost: .*names another App by now/);
  });

  test("what is asked is checked, and no address is a webhook's that GitHub cannot reach", async () => {
    const command = await begin();
    await page.getByLabel("Public address").fill("https://localhost:3000");
    await page.getByRole("button", { name: "Continue" }).click();
    expect(await page.getByRole("alert").textContent()).toContain("only this machine or network can reach");
    await page.getByLabel("Public address").fill(publicUrl);
    await page.getByLabel("Name of the App").fill("Ada's own");
    await page.getByRole("button", { name: "Continue" }).click();
    expect(await page.locator("tr", { hasText: "Name" }).first().textContent()).toContain("Ada's own");
    await page.getByRole("button", { name: "Change something" }).click();
    expect(await page.getByLabel("Name of the App").inputValue()).toBe("Ada's own");
    command.signal("SIGINT");
    expect((await command.ended).code).toBe(1);
  });

  test("without a public address the App reads GitHub's log of webhooks, and its settings say so", async () => {
    const command = await begin();
    await page.getByLabel("Name of the App").fill("Quiet");
    await page.getByRole("button", { name: "Continue" }).click();
    await register("Quiet");
    await page.getByRole("heading", { name: "GitHub keeps a log that this App can read" }).waitFor();
    await install();
    await page.getByRole("heading", { name: "All is ready" }).waitFor();
    await page.getByRole("button", { name: "Finish" }).click();
    expect((await command.ended).code).toBe(0);
    const read = settings();
    if (!read.ok) throw new Error(read.message);
    expect(read.settings.intake).toBe("poll");
    expect(await askAboutApp(read.settings)).toEqual([]);
  });

  test("where GitHub does not get through, the page says how it went, and has it sent again", async () => {
    const command = await begin("--public-url", publicUrl);
    const door = frontDoors[publicUrl] as string;
    frontDoors[publicUrl] = "http://127.0.0.1:9";
    await register("Unreached");
    await page.getByText("failed to connect to host").first().waitFor();
    frontDoors[publicUrl] = door;
    await page.getByRole("button", { name: "Have it sent again" }).click();
    await page.getByRole("heading", { name: "GitHub reaches this App" }).waitFor();
    command.signal("SIGINT");
    await command.ended;
  });

  test("the address is good for one browser, and a second App is not written over the first", async () => {
    const command = await begin("--public-url", publicUrl);
    const [, address = ""] = await command.said(/^ {2}(http:\S+)$/m);
    const other = await (await browser.newContext()).newPage();
    expect((await other.goto(address))?.status()).toBe(403);
    expect(await other.textContent("main")).toContain("opened before, in another browser");
    expect((await other.goto(new URL("/", address).href))?.status()).toBe(403);
    await other.context().close();
    await register("The first");
    await page.getByText("The first is there").waitFor();
    command.signal("SIGINT");
    await command.ended;
    const before = readFileSync(envFile(), "utf8");
    const again = await run(["setup", "--port", "0", "--settings", envFile()], { LOOPGATE_PORT: "0" });
    expect(again).toMatchObject({ code: 1, out: "" });
    expect(again.err).toContain("names an App already");
    expect(readFileSync(envFile(), "utf8")).toBe(before);
  });
});
