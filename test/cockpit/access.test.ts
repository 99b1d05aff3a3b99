// Every page of the operator's, as people of all kinds use it: axe-core's rules, light and dark, at a phone's width, by keyboard
// alone, with nothing that the pages' own policy forbids, and with a thousand loops.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openSetupDoor } from "../../src/cockpit/setup/door.ts";
import { createFlow } from "../../src/cockpit/setup/flow.ts";
import { makeTicket } from "../../src/cockpit/ticket.ts";
import { browserArguments, findBrowser } from "../../src/forge/pages/screenshot.ts";
import { exchangeCode, newApp } from "../../src/github/register.ts";
import { type SignIn, signInAt } from "../../src/github/sign-in.ts";
import { manifest } from "../../src/github/start.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { aLoop, anAttempt, anEndedLoop, aRedVerdict, aRun, aVerdict, hour, sha } from "../loop/builder.ts";
import { aDoor, secret } from "./a-door.ts";

const executablePath = await findBrowser();
if (executablePath === null && process.env.CI)
  throw new Error("CI is set, but there is no Chromium to test the operator's pages with.");

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Where pictures of all pages go, for whoever wants to look at them; unset: nowhere. */
const pictures = process.env.LOOPGATE_TEST_PICTURES;

const now = Date.now();
const [dayMs, total] = [24 * hour, 1_000];

/** A thousand loops in every state, the first of them with much to show. */
function manyLoops(): Record<string, LoopState> {
  const { issue } = aLoop();
  const toolCalls = [{ tool: "run_checks", calls: 4, refused: 1, failed: 0, ms: 900, bytes: 100 }];
  const red = anAttempt({
    number: 1,
    runs: [aRun({ spentNano: 1_200_000_000, tokens: { input: 182_110, cached: 90_000, output: 9_022 }, toolCalls })],
    verdict: aRedVerdict(),
    change: { files: 3, additions: 40, deletions: 7, paths: ["src/total.ts"], patchId: "p" },
  });
  const green = anAttempt({ number: 2, verdict: aVerdict(), head: sha("c"), endedAt: null });
  const refusals = ["packages.example.com was not allowed (2)"];
  const failed = anAttempt({ number: 3, runs: [aRun({ status: "timed_out", refusals })], verdict: null });
  const pull = { number: 77, nodeId: "PR_1", draft: false, url: "https://github.com/acme/widgets/pull/77" };
  const title = "Totals are wrong where a discount applies twice, and nobody is told of it until the invoice is out";
  const first = { title, attempts: [red, failed, green], pull, branch: "loop/1-k3f9ab", startedAt: now - 5 * hour };
  const endings = [
    { reason: "task_complete", of: "approved_and_merged" },
    { reason: "retry_limit", of: "attempts", is: 3 },
    { reason: "cancelled", of: "told", said: "" },
    { reason: "task_complete", of: "approved" },
  ];
  const phases = ["awaiting_gate", "executing", "queued", "paused", "verifying"] as const;
  const loops = Array.from({ length: total }, (_, index): [string, LoopState] => {
    const number = index + 1;
    const of = {
      issue: { ...issue, number, name: ["widgets", "shop", "a-repository-with-a-long-name"][index % 3] ?? "" },
    };
    if (index === 0)
      return [`100#${number}`, aLoop({ ...of, ...first, phase: "awaiting_gate", gateSince: now - hour })];
    const startedAt = now - (index % 80) * dayMs;
    if (index % 4 === 3) {
      const ending = { ...endings[(index >> 2) % endings.length], at: startedAt + hour };
      const change = { ...of, startedAt, othersPushed: index % 8 === 3, attempts: [red] };
      return [`100#${number}`, anEndedLoop(ending as Parameters<typeof anEndedLoop>[0], change)];
    }
    const phase = phases[index % phases.length] ?? "queued";
    return [
      `100#${number}`,
      aLoop({ ...of, phase, startedAt, gateSince: phase === "awaiting_gate" ? startedAt : null }),
    ];
  });
  return Object.fromEntries(loops);
}

const entry = { issueKey: "100#1", loop: "k3f9" };
const trace = [
  { ...entry, at: now - 3 * hour, kind: "labelled", detail: { before: "none", after: "queued" } },
  { ...entry, at: now - 2 * hour, kind: "run_started", detail: { before: "preparing", after: "executing" } },
  {
    ...entry,
    at: now - hour,
    kind: "run_ended",
    detail: { before: "executing", after: "executing", note: "it was silent" },
  },
  { ...entry, at: now - hour, kind: "verdict_read", detail: { before: "verifying", after: "awaiting_gate" } },
];

/** Lets in whoever comes, as somebody who reaches the repository; GitHub's own part is tested elsewhere. */
const nowhere = { webUrl: "http://127.0.0.1:9", apiUrl: "http://127.0.0.1:9", clientId: "c", clientSecret: "s" };
const signIn: SignIn = {
  ...signInAt(nowhere),
  addressFor: ({ redirectUrl, state }) => `${redirectUrl}?code=0123456789&state=${state}`,
  exchange: async () => ({ token: "t", lastsMs: hour, person: { id: 7, login: "a-person-with-a-login" } }),
  repositoriesOf: async () => new Set([100]),
};

/** What the page's policy forbade, and what went wrong in its scripts. */
function watched(page: Page): string[] {
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    const isAnswer = /the server responded with a status of 40[34]/.test(message.text());
    if (message.type() === "error" && !isAnswer) wrong.push(message.text());
  });
  return wrong;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const run = "axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })";
  const { violations: found } = (await page.evaluate(run)) as AxeResults;
  return found.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html} ${failureSummary}`),
  );
}

/** The page is no wider than its window: only what scrolls by itself may be. */
const overflow = (page: Page) => page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth);

describe.skipIf(executablePath === null)("every page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath as string, args: [...browserArguments] });
  });
  afterAll(() => browser?.close());

  async function aPage(options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    return context.newPage();
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: false });
  }

  const looks = [
    ["light and wide", { colorScheme: "light", viewport: { width: 1280, height: 900 } }],
    ["dark and wide", { colorScheme: "dark", viewport: { width: 1280, height: 900 } }],
    ["light on a phone", { colorScheme: "light", viewport: { width: 375, height: 740 } }],
    ["dark on a phone", { colorScheme: "dark", viewport: { width: 375, height: 740 } }],
  ] as const;

  const paths = [
    ["people", "/"],
    ["work", "/?show=work&after=50"],
    ["queue", "/?show=queue"],
    ["ended", "/?show=ended"],
    ["loop", "/loops/100/1"],
    ["ended-loop", "/loops/100/8"],
    ["outcomes", "/outcomes"],
    ["outcomes-week", "/outcomes?by=week"],
    ["health", "/health"],
    ["nothing", "/loops/1/1"],
    ["signed-in", "/sign-in?to=/loops/100/1"],
    ["steer", "/loops/100/1/do/steer"],
    ["stop", "/loops/100/1/do/stop"],
  ] as const;

  test.each(looks)("%s: axe-core finds nothing, nothing is forbidden, nothing sticks out", async (look, options) => {
    const place = await aDoor(manyLoops(), { trace, signIn, unreadable: ["100#7"] });
    const page = await aPage(options);
    const wrong = watched(page);
    const found: string[] = [];
    const lookAt = async (name: string) => {
      for (const one of await violations(page)) found.push(`${name}: ${one}`);
      const more = await overflow(page);
      if (more > 0) found.push(`${name}: ${more} pixels wider than its window`);
      await picture(page, `${name}-${look.replaceAll(" ", "-")}`);
    };
    await page.goto(place.url);
    await lookAt("sign-in");
    await page.goto(`${place.url}/begin?ticket=${makeTicket(secret, Date.now())}`);
    for (const [name, path] of paths) {
      await page.goto(place.url + path);
      await lookAt(name);
    }
    for (const said of [{}, { publicUrl: "https://loopgate.example" }]) {
      const app = manifest();
      const parts = { envFile: "/nonexistent/.env", relayImage: "loopgate", exchange: exchangeCode, newApp };
      const flow = createFlow({ ...parts, manifest: app, said, onSecret: () => {}, now: Date.now });
      const at = { host: "127.0.0.1", port: 0, token: "once", manifest: app, envFile: ".env" };
      const door = await openSetupDoor({
        ...at,
        flow,
        onFinished: () => {},
        onError: (error) => found.push(String(error)),
      });
      onTestFinished(() => door.close());
      await page.goto(`${door.url}/begin?token=once`);
      if (said.publicUrl === undefined) {
        await page.getByLabel("Name of the App").fill("-".repeat(3));
        await page.getByRole("button", { name: "Continue" }).click();
        await page.getByRole("alert").waitFor();
      }
      await lookAt(said.publicUrl === undefined ? "set-up-asking" : "set-up-agreed");
      await page.goto("about:blank");
    }
    expect(found).toEqual([]);
    expect(wrong).toEqual([]);
    expect(place.errors.filter((error) => !String(error).includes("100#7"))).toEqual([]);
  });

  test("the keyboard alone leads from the list to a loop and through its attempts, and shows where it is", async () => {
    const place = await aDoor(manyLoops(), { trace });
    const page = await aPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${place.url}/begin?ticket=${makeTicket(secret, Date.now())}`);
    const focused = () => page.evaluate("document.activeElement.textContent.trim()") as Promise<string>;
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to content");
    expect(await page.locator(".skip").evaluate((one) => one.getBoundingClientRect().left)).toBeGreaterThanOrEqual(0);
    await page.keyboard.press("Enter");
    for (let presses = 0; !(await focused()).startsWith("Totals are wrong") && presses < 30; presses += 1)
      await page.keyboard.press("Tab");
    const outline = "getComputedStyle(document.activeElement).outlineStyle";
    expect(await page.evaluate(outline)).toBe("solid");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Attempts" }).waitFor();
    for (let presses = 0; !(await focused()).startsWith("Attempt 1") && presses < 40; presses += 1)
      await page.keyboard.press("Tab");
    expect(await page.locator("details.card").last().getAttribute("open")).toBeNull();
    await page.keyboard.press("Space");
    expect(await page.locator("details.card").last().getAttribute("open")).not.toBeNull();
  });
});
