// A maintainer comes back to a loop that stopped: what was tried, with which tools, what changed, what failed, what it cost, why it
// stopped and what to do now. Each answer stands in the thread and in the cockpit, is what the record says, and can be seen.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { makeTicket } from "../../src/cockpit/ticket.ts";
import { browserArguments, findBrowser } from "../../src/forge/pages/screenshot.ts";
import { nextAction } from "../../src/report/next.ts";
import { aModel, call } from "../story/model-server.ts";
import { approving, aStory, attempts, botch, sealSecret } from "../story/world.ts";

const claim = "Made the sum print a word, since the test names one.";
const worked = (word: string) => `loop progress '${claim}'; ${call}; ${botch(word)}`;

/** A loop that two attempts of an agent with a model and a tool have left red. */
async function aStoppedLoop() {
  const model = await aModel();
  const story = await aStory({
    figures: true,
    policy: "version: 1\nattempts: 2\n",
    executor: attempts(worked("red"), worked("blue")),
    reviewer: approving,
    models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
    prices: { "openai/*": { input: 4, output: 20 } },
  });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  const [executor] = state.attempts[1]?.runs ?? [];
  if (state.ending === null || executor === undefined) throw new Error("the loop did not stop after two attempts");
  return { story, issue, state, ending: state.ending, executor };
}

/** What a page must show, opened and in sight. Resolves to the picture of what the reader sees then. */
async function seen(page: Page, what: Locator, text: string): Promise<Buffer> {
  await what.evaluate((element) => {
    for (let at = element.closest("details"); at !== null; at = at.parentElement?.closest("details") ?? null)
      at.open = true;
  });
  await what.scrollIntoViewIfNeeded();
  expect((await what.textContent())?.replaceAll(/\s+/g, " ")).toContain(text);
  const box = await what.boundingBox();
  const size = page.viewportSize();
  if (box === null || size === null) throw new Error(`nobody can see ${JSON.stringify(text)}`);
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x).toBeLessThan(size.width);
  const picture = await page.screenshot();
  expect(coloursIn(picture)).toBeGreaterThan(10);
  return picture;
}

/** For people who want to look: where `LOOPGATE_TEST_PICTURES` names a folder, the pictures are left there. */
function keep(name: string, picture: Buffer): void {
  const folder = process.env.LOOPGATE_TEST_PICTURES;
  if (folder !== undefined) writeFileSync(join(folder, `${name}.png`), picture);
}

function coloursIn(png: Buffer): number {
  const { data } = PNG.sync.read(png);
  const colours = new Set<number>();
  for (let at = 0; at < data.length; at += 4) colours.add(data.readUInt32BE(at));
  return colours.size;
}

const executablePath = await findBrowser();
if (executablePath === null && process.env.CI)
  throw new Error("CI is set, but there is no Chromium to look for answers with.");

describe.skipIf(executablePath === null)("of a loop that stopped", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath as string, args: [...browserArguments] });
  });
  afterAll(() => browser?.close());

  async function aPage(width: number) {
    const page = await (await browser.newContext({ viewport: { width, height: 800 } })).newPage();
    onTestFinished(() => page.context().close());
    return page;
  }

  test("the thread and the cockpit give the seven answers, on a desk and on a phone", async () => {
    const { story, state, ending, issue, executor } = await aStoppedLoop();
    const [tool] = executor.toolCalls ?? [];
    if (tool === undefined) throw new Error("no tool was called");
    expect([state.attempts[1]?.claim?.summary, tool.tool, tool.calls, executor.spentNano]).toEqual([
      ...[claim, "progress", 1, 14_000_000],
    ]);
    const next = nextAction(state, ending, null).replaceAll("`", "");

    for (const width of [1280, 375]) {
      const thread = await aPage(width);
      await thread.goto(`${story.forge.url}/acme/shop/issues/${issue.number}`);
      const comment = (text: string) => thread.locator(".comment", { hasText: text }).last();
      const attempt = comment("Attempt 2: red");
      const stop = comment("Loopgate stopped: retry limit.");
      const inThread: readonly (readonly [Locator, string])[] = [
        [attempt.getByText(claim), claim],
        [attempt.getByText("called its tools"), `progress ×${tool.calls}`],
        [attempt.locator("details", { hasText: "Changed files" }).locator("pre"), "total.sh"],
        [attempt.getByText("expected 5, got blue"), "expected 5, got blue"],
        [
          stop.locator("p", { hasText: "Used: " }),
          "2 of 2 attempts, 4 of 20 runs, 0 s of 12 h, $0.0280 of $5.00 for models.",
        ],
        [
          stop.locator("p", { hasText: "Loopgate stopped: retry limit." }),
          "All 2 attempts are used up, and the work has not passed yet.",
        ],
        [stop.locator("p", { hasText: "Next:" }), next],
      ];
      const cockpit = await aPage(width);
      await cockpit.goto(`${story.app().operatorUrl}/begin?ticket=${makeTicket(sealSecret, Date.now())}`);
      await cockpit.getByRole("link", { name: "Ended" }).click();
      await cockpit.getByRole("link", { name: state.title }).click();
      const second = cockpit.locator("details.card", { hasText: "Attempt 2" });
      const standing = cockpit.getByRole("region", { name: "State" });
      const inCockpit: readonly (readonly [Locator, string])[] = [
        [second.getByText(claim), claim],
        [second.locator("tr", { hasText: "executor" }), `progress ×${tool.calls}`],
        [second.locator("details", { hasText: "Changed files" }).locator("li"), "total.sh"],
        [second.getByText("expected 5, got blue"), "expected 5, got blue"],
        [standing.locator("div", { hasText: "Spent" }).last(), "$0.0280 of $5.00"],
        [standing, "All 2 attempts are used up, and the work has not passed yet."],
        [standing.locator("p", { hasText: "Next:" }), next],
      ];
      for (const [n, [what, text]] of inThread.entries())
        keep(`thread-${width}-${n + 1}`, await seen(thread, what, text));
      for (const [n, [what, text]] of inCockpit.entries())
        keep(`cockpit-${width}-${n + 1}`, await seen(cockpit, what, text));
      for (const page of [thread, cockpit])
        expect(await page.locator("html").evaluate((root) => root.scrollWidth)).toBeLessThanOrEqual(width);
    }
  });
});
