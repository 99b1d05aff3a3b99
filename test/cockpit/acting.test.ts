// What people do to a loop from its page: as themselves, confirmed, by the same rule as a comment, and said in the thread.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { approving, aStory, mend, type Story } from "../story/world.ts";
import { aBrowser, type Browser, signIn } from "./a-browser.ts";

/** A story whose loop waits at the gate, and browsers of its people on the App's pages. */
async function aPlace() {
  const story = await aStory({ figures: true, executor: mend, reviewer: approving });
  const url = story.app().operatorUrl ?? "";
  story.forge.setCallbacks([`${url}/signed-in`]);
  const issue = await story.startLoop();
  const as = async (login: string) => {
    const browser = aBrowser(url);
    await signIn(story.forge, browser, login);
    return browser;
  };
  return { story, url, issue, as, at: `/loops/${story.repository.id}/${issue.number}` };
}

const fieldsIn = (page: string) =>
  Object.fromEntries([...page.matchAll(/name="(key|once)" value="([^"]+)"/g)].map(([, name, value]) => [name, value]));

/** Opens the page that asks, and confirms it; gives the fields that were sent, to send them again. */
async function press(browser: Browser, url: string, path: string, words = "") {
  const asked = await browser(path);
  const fields = { ...fieldsIn(await asked.text()), words } as Record<string, string>;
  return { fields, answer: await send(browser, url, path, fields) };
}

function send(browser: Browser, origin: string, path: string, fields: Record<string, string>) {
  return browser(path, { method: "POST", body: new URLSearchParams(fields), headers: { origin } });
}

const said = (issue: Issue) => issue.comments.map(({ user, body }) => `${user.login}: ${body.split("\n")[0]}`);
const by = (issue: Issue, login: string) => said(issue).filter((line) => line.startsWith(`${login}: /loop`));
const settled = async (story: Story, issue: Issue) => {
  await story.settle();
  return story.phase(issue);
};

test("who may by comment pauses, steers, resumes and stops a loop by its buttons, in their own name", async () => {
  const { story, url, issue, as, at } = await aPlace();
  const alice = await as("alice");
  expect(await (await alice(at)).text()).toMatch(/do\/pause.*do\/steer.*do\/stop/s);
  const { answer } = await press(alice, url, `${at}/do/pause`);
  expect([answer.status, answer.headers.get("location")]).toEqual([303, at]);
  expect(await settled(story, issue)).toBe("paused");
  expect(by(issue, "alice")).toEqual(["alice: /loop pause"]);
  expect(await (await alice(at)).text()).not.toContain("do/pause");
  expect((await alice(`${at}/do/pause`)).status).toBe(409);
  await press(alice, url, `${at}/do/steer`, "Mind the\n\nsecond argument.\n/loop stop");
  expect(await settled(story, issue)).toBe("paused");
  expect((await story.state(issue)).said).toMatchObject([
    { of: "steer", by: "alice", text: "Mind the second argument. /loop stop" },
  ]);
  await press(alice, url, `${at}/do/resume`);
  expect(await settled(story, issue)).toBe("awaiting_gate");
  await press(alice, url, `${at}/do/stop`);
  expect(await settled(story, issue)).toBe("settled");
  expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", by: "alice" });
  expect(await (await alice(at)).text()).not.toContain("/do/");
});

test("who may not by comment is answered in the thread, and nothing comes of it", async () => {
  const { story, url, issue, as, at } = await aPlace();
  const carol = await as("carol");
  await press(carol, url, `${at}/do/stop`);
  expect(await settled(story, issue)).toBe("awaiting_gate");
  expect(by(issue, "carol")).toEqual(["carol: /loop stop"]);
  const reply = issue.comments.at(-1);
  expect([reply?.user.login, reply?.body]).toEqual([
    "loopgate[bot]",
    expect.stringMatching(/carol.*write permission/s),
  ]);
});

test("a form counts once, with its key, from whoever may see the loop, and an operator's ticket acts for nobody", async () => {
  const { story, url, issue, as, at } = await aPlace();
  const alice = await as("alice");
  const { fields } = await press(alice, url, `${at}/do/steer`, "Once.");
  const again = await send(alice, url, `${at}/do/steer`, fields);
  expect([again.status, await again.text()]).toEqual([422, expect.stringContaining("was sent before")]);
  const page = fieldsIn(await (await alice(`${at}/do/stop`)).text()) as Record<string, string>;
  for (const wrong of [{ ...page, key: "x" }, { ...page, once: "x" }, { key: page.key ?? "" }])
    expect((await send(alice, url, `${at}/do/stop`, wrong)).status).toBeGreaterThanOrEqual(403);
  const empty = await press(alice, url, `${at}/do/steer`, " \n ");
  expect(await empty.answer.text()).toContain("Write what the agent is to know.");
  story.forge.createUser("sam");
  const sam = await as("sam");
  expect((await sam(`${at}/do/stop`)).status).toBe(404);
  await story.settle();
  expect(by(issue, "alice")).toEqual(["alice: /loop steer Once."]);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("what GitHub declines is said, and what was written is still there", async () => {
  const { story, url, as, at } = await aPlace();
  const alice = await as("alice");
  story.forge.failNext("POST /repos/:owner/:repo/issues/:number/comments", { status: 502 });
  const { answer } = await press(alice, url, `${at}/do/steer`, "Keep these words.");
  const text = await answer.text();
  expect(answer.status).toBe(502);
  expect(text).toContain("Could not comment on acme/shop#");
  expect(text).toContain("Keep these words.</textarea>");
});
