// The pages over a real world: what a passer-by reads, and what a person can do with forms alone.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorldEvent } from "../../src/forge/core.ts";
import type { User } from "../../src/forge/model.ts";
import { aPlace, aThread, commit, minute, type Place, person, type Thread } from "./pages-thread.ts";

let place: Place;
let thread: Thread;
let events: WorldEvent[] = [];

beforeAll(async () => {
  place = await aPlace();
  thread = await aThread(place);
  place.world.listen((event) => void events.push(event));
});
afterAll(() => place.close());

const home = "/maria/durations";
const as = (user: User | null) => (user ? { cookie: `forge_person=${user.login}` } : {});

async function read(path: string, user: User | null = null, status = 200): Promise<string> {
  const response = await place.app.request(path, { headers: as(user) });
  expect(response.status).toBe(status);
  return response.text();
}

async function send(
  path: string,
  user: User | null,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  events = [];
  return place.app.request(path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { ...as(user), origin: "http://localhost", ...headers },
  });
}

const told = () => events.map((event) => `${event.event}.${event.action} by ${event.actor.user.login}`);

/** The words of a page in order, one line for each piece of text. */
const words = (page: string) =>
  page
    .replace(/<(svg|head|select)\b[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]+>/g, "\n")
    .replace(/\n\s*/g, "\n");

describe("a passer-by", () => {
  test("reads the whole thread in order: report, label, status, pull request, attempts", async () => {
    const page = words(await read(`${home}/issues/1`));
    const order = [
      "Minutes are dropped when",
      "Expected:",
      "added",
      "Waiting for a person",
      "linked a pull request",
      "Attempt 1: red",
      "Attempt 2: green",
    ];
    const places = order.map((text) => page.indexOf(text));
    expect(places.every((at, index) => at > (places[index - 1] ?? -1))).toBe(true);
    expect(page).toContain("edited");
    expect(page).not.toContain("loopgate:record");
  });

  test("sees the bot's badge, the labels as chips, and a reaction with who gave it", async () => {
    const page = await read(`${home}/issues/1`);
    expect(page).toContain('href="/loopgate">loopgate</a> <span class="badge">bot</span>');
    expect(page).toContain('<rect width="100%" height="100%" fill="#5319e7"/>');
    expect(page).toContain("loopgate[bot] reacted with eyes");
  });

  test("finds no form to act with, but how to become someone", async () => {
    for (const path of [`${home}/issues/1`, `${home}/pull/2`]) {
      const page = await read(path);
      expect(page.match(/action="[^"]+"/g)).toEqual(['action="/-/person"']);
      expect(page).toContain("Choose who you are");
    }
  });

  test("sees on the pull request which commit was red and which is green", async () => {
    const page = words(await read(`${home}/pull/2`));
    expect(page).toMatch(
      /Read minutes after hours\n.*All checks have failed\n[\s\S]*Add minutes to the sum\n.*All checks have passed\n/,
    );
  });

  test("reads the diff as numbered, coloured lines", async () => {
    const page = await read(`${home}/pull/2/files`);
    expect(page).toContain(
      '<tr class="added"><td class="no"></td><td class="no">4</td><td class="code"><span class="sign">+</span>  return hours * 60 + minutes;</td></tr>',
    );
    expect(page).toContain("<strong>2 changed files</strong>");
  });

  test("reads a failing check with its log and its annotation", async () => {
    const run = place.repository.runs.find((one) => one.conclusion === "failure");
    const page = words(await read(`${home}/runs/${run?.id}`));
    for (const text of [
      "Failing",
      "1 of 6 tests failed",
      "AssertionError: 45 !== 165",
      "src/duration.js:4",
      "the hours are overwritten",
    ])
      expect(page).toContain(text);
    const commitPage = await read(`${home}/commit/${thread.heads[0]}`);
    expect(commitPage).toContain('<tr class="annotated">');
  });

  test("reads files, folders and branches with slashes in their names", async () => {
    expect(words(await read(home))).toContain("Reads and writes durations.");
    expect(await read(home)).toContain(`href="${home}/blob/main/src/duration.js"`);
    expect(words(await read(`${home}/tree/loop/1-k3f9/src`))).toContain("duration.js");
    expect(words(await read(`${home}/blob/loop/1-k3f9/src/duration.js`))).toContain("return hours * 60 + minutes;");
    expect(await read(`${home}/raw/main/src/duration.js`)).toContain("export function parse");
    expect(words(await read(`${home}/pull/2/commits`))).toContain("Add minutes to the sum");
    expect(words(await read("/"))).toContain("maria/durations");
    expect(words(await read("/tomas-k"))).toContain("maria/durations");
  });

  test.each([
    "/maria/nothing",
    "/maria/durations/issues/99",
    "/maria/durations/pull/1",
    "/maria/durations/commit/0000000",
    "/maria/durations/commit/--help",
    "/maria/durations/blob/main/../../config",
    "/maria/durations/blob/main/%E0%A4%A",
    "/maria/durations/blob/main/src",
    "/maria/durations/tree/--upload-pack=x",
    "/maria/durations/runs/1",
    "/a/b/c/d/e",
  ])("gets a page that says not found for %s", async (path) => {
    expect(await read(path, null, 404)).toContain("<h1>Not found</h1>");
  });

  test("is told when git fails, instead of getting an empty answer", async () => {
    const { gitDir } = place.repository;
    place.repository.gitDir = `${gitDir}-gone`;
    expect(await read(home, null, 500)).toContain("<h1>That did not work</h1>");
    place.repository.gitDir = gitDir;
  });

  test("does not learn that a private repository exists", async () => {
    const secret = await place.world.createRepository({ owner: place.maria, name: "secret", private: true });
    await read("/maria/secret", null, 404);
    await read("/maria/secret", place.guest, 404);
    expect(await read("/maria/secret", place.maria)).toContain("Nothing here yet");
    expect(await read("/")).not.toContain("secret");
    place.world.repositories.delete(secret.id);
  });

  test("is answered under a policy that lets nothing run or load but our own, and 304 while nothing changes", async () => {
    const response = await place.app.request(`${home}/issues/1`);
    const policy = response.headers.get("content-security-policy") ?? "";
    const nonce = /script-src 'nonce-([\w-]{22})'/.exec(policy)?.[1];
    const page = await response.text();
    expect(policy).toBe(
      `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(page.match(/<script\b[^>]*>/g)).toEqual([`<script src="/-/live.js" nonce="${nonce}" defer>`]);
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const tag = response.headers.get("etag") ?? "";
    place.wait(1_000);
    const again = await place.app.request(`${home}/issues/1`, { headers: { "if-none-match": tag } });
    expect(again.status).toBe(304);
    place.world.addReaction(person(place.tomas), thread.issue, "heart");
    const changed = await place.app.request(`${home}/issues/1`, { headers: { "if-none-match": tag } });
    expect(changed.status).toBe(200);
  });

  test("gets the stylesheet and the script from here", async () => {
    for (const [path, type] of [
      ["/-/style.css", "text/css"],
      ["/-/live.js", "text/javascript"],
      ["/-/icon.svg", "image/svg"],
    ]) {
      const response = await place.app.request(path as string);
      expect([response.status, response.headers.get("content-type")]).toEqual([
        200,
        expect.stringContaining(type as string),
      ]);
    }
  });
});

describe("a person", () => {
  test("chooses who to be and comes back to the page", async () => {
    const response = await send("/-/person", null, { login: "tomas-k", back: `${home}/pull/2` });
    expect([response.status, response.headers.get("location")]).toEqual([303, `${home}/pull/2`]);
    expect(response.headers.get("set-cookie")).toMatch(/^forge_person=tomas-k; .*HttpOnly; SameSite=Strict/);
    expect((await send("/-/person", null, { login: "loopgate[bot]" })).status).toBe(422);
  });

  test("comments, and the world is told", async () => {
    const response = await send(`${home}/issues/1/comments`, place.guest, {
      body: "Me too\r\n#1",
      back: `${home}/issues/1`,
      also: "",
    });
    expect([response.status, response.headers.get("location")]).toEqual([303, `${home}/issues/1`]);
    expect(told()).toEqual(["issue_comment.created by guest"]);
    expect(thread.issue.comments.at(-1)?.body).toBe("Me too\n#1");
  });

  test("edits what they wrote, and only that", async () => {
    const comment = thread.issue.comments.at(-1);
    place.wait(minute);
    expect((await send(`${home}/comments/${comment?.id}`, place.tomas, { body: "changed" })).status).toBe(403);
    expect(told()).toEqual([]);
    await send(`${home}/comments/${comment?.id}`, place.guest, { body: "Me too, on 2h45m" });
    expect(told()).toEqual(["issue_comment.edited by guest"]);
    expect(await read(`${home}/issues/1`, place.guest)).toContain(`action="${home}/comments/${comment?.id}"`);
  });

  test("sets and removes a label; a guest may not and sees no menu", async () => {
    await send(`${home}/issues/1/labels`, place.tomas, { add: "documentation" });
    expect(told()).toEqual(["issues.labeled by tomas-k"]);
    await send(`${home}/issues/1/labels`, place.tomas, { remove: "documentation" });
    expect(told()).toEqual(["issues.unlabeled by tomas-k"]);
    expect((await send(`${home}/issues/1/labels`, place.guest, { add: "bug" })).status).toBe(403);
    expect(await read(`${home}/issues/1`, place.guest)).not.toContain("Change labels");
  });

  test("opens an issue, closes it with a comment and reopens it", async () => {
    const opened = await send(`${home}/issues`, place.guest, { title: "Seconds", body: "" });
    const path = opened.headers.get("location") ?? "";
    expect(path).toBe(`${home}/issues/3`);
    await send(`${path}/comments`, place.guest, { body: "Not needed", also: "close", back: path });
    expect(told()).toEqual(["issue_comment.created by guest", "issues.closed by guest"]);
    expect(words(await read(path))).toContain("closed this as completed");
    await send(`${path}/comments`, place.guest, { body: "", also: "reopen", back: path });
    expect(told()).toEqual(["issues.reopened by guest"]);
  });

  test("asks the App to run a check again", async () => {
    const [run] = place.repository.runs;
    const response = await send(`${home}/runs/${run?.id}/rerun`, place.tomas, {});
    expect([response.status, told()]).toEqual([303, ["check_run.rerequested by tomas-k"]]);
  });
});

describe("a form from elsewhere is refused and changes nothing", () => {
  test.each([
    ["another origin", { origin: "https://evil.example" }],
    ["an opaque origin", { origin: "null" }],
    ["another site, as the browser says", { "sec-fetch-site": "cross-site" }],
    ["a sibling site", { "sec-fetch-site": "same-site" }],
  ] as [string, Record<string, string>][])("%s", async (_name, headers) => {
    const response = await send(`${home}/issues/1/comments`, place.maria, { body: "forged" }, headers);
    expect([response.status, told()]).toEqual([403, []]);
  });

  test("no origin at all", async () => {
    const response = await place.app.request("/-/person", {
      method: "POST",
      body: new URLSearchParams({ login: "maria" }),
    });
    expect(response.status).toBe(403);
  });
});

describe("a reviewer", () => {
  test("asks for changes, and needs words for it", async () => {
    const fields = { verdict: "REQUEST_CHANGES", head: thread.pull.head.sha, body: "" };
    const refused = await send(`${home}/pull/2/review`, place.tomas, fields, {
      referer: `http://localhost${home}/pull/2`,
    });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain(`<a href="${home}/pull/2">Back</a>`);
    await send(`${home}/pull/2/review`, place.tomas, { ...fields, body: "And `45m` alone?" });
    expect(told()).toEqual(["pull_request_review.submitted by tomas-k"]);
    expect(words(await read(`${home}/pull/2`))).toContain("Changes requested");
  });

  test("approves the commit the page showed, even when another was pushed meanwhile (T21)", async () => {
    const shown = thread.pull.head.sha;
    const newer = await commit(place, place.bot.bot, [shown], "Read minutes alone", { "README.md": "# durations\n" });
    await place.world.updateRef(place.world.actorOf(place.bot), place.repository, "refs/heads/loop/1-k3f9", newer);
    await send(`${home}/pull/2/review`, place.tomas, { verdict: "APPROVE", head: shown, body: "" });
    expect(thread.pull.reviews.at(-1)).toMatchObject({ state: "APPROVED", commitId: shown });
    const page = words(await read(`${home}/pull/2`));
    expect(page).toContain("Approved before the last push");
    expect(page).toContain("outdated");
    expect(page).toContain("No check has reported yet");
  });

  test("cannot review without saying which commit, nor approve their own pull request", async () => {
    expect((await send(`${home}/pull/2/review`, place.tomas, { verdict: "APPROVE" })).status).toBe(422);
    expect(
      (await send(`${home}/pull/2/review`, place.tomas, { verdict: "MERGE", head: thread.pull.head.sha })).status,
    ).toBe(422);
  });

  test("merges what the page showed, not what came after", async () => {
    const old = thread.heads[1];
    expect((await send(`${home}/pull/2/merge`, place.tomas, { head: old })).status).toBe(409);
    expect((await send(`${home}/pull/2/merge`, place.guest, { head: thread.pull.head.sha })).status).toBe(403);
    const response = await send(`${home}/pull/2/merge`, place.tomas, { head: thread.pull.head.sha });
    expect(response.status).toBe(303);
    expect(told()).toContain("pull_request.closed by tomas-k");
    expect(told()).toContain("issues.closed by tomas-k");
    expect(words(await read(`${home}/pull/2`))).toContain("was merged into main");
  });

  test("marks a draft as ready", async () => {
    const { world, repository, tomas } = place;
    const [sha] = [
      await commit(place, tomas, [thread.pull.mergeCommitSha ?? ""], "Note seconds", { "SECONDS.md": "no\n" }),
    ];
    await world.createRef(person(tomas), repository, "refs/heads/seconds", sha);
    const draft = await world.createPull(person(tomas), repository, {
      title: "Note seconds",
      head: "seconds",
      base: "main",
      draft: true,
    });
    const path = `${home}/pull/${draft.issue.number}`;
    expect(words(await read(path, tomas))).toContain("you cannot approve it");
    await send(`${path}/ready`, tomas, {});
    expect([draft.draft, told()]).toEqual([false, ["pull_request.ready_for_review by tomas-k"]]);
    const own = await send(`${path}/review`, tomas, { verdict: "APPROVE", head: sha, body: "" });
    expect([own.status, draft.reviews]).toEqual([422, []]);
  });
});
