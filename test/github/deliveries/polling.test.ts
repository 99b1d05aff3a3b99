// GitHub's log of webhooks, read again and again: nothing of it counts twice, nothing is lost, and GitHub is not asked too often.
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { StorePort } from "../../../src/engine/ports.ts";
import { type Forge, startForge } from "../../../src/forge/forge.ts";
import type { Issue } from "../../../src/forge/model.ts";
import { githubClients } from "../../../src/github/client/octokit.ts";
import type { Told } from "../../../src/github/deliveries/deliveries.ts";
import { loggedPayload, logPage } from "../../../src/github/deliveries/log.ts";
import { everyMs, type Polling, startPolling } from "../../../src/github/deliveries/polling.ts";
import { sqliteStore } from "../../../src/store/sqlite/sqlite.ts";
import { type HandClock, handClock } from "../../story/clock.ts";
import { until } from "../../until.ts";

const hour = 3_600_000;
let dir: string;
let forge: Forge;
let issue: Issue;
let github = Date.now(); // GitHub's clock
let clock: HandClock;
let store: StorePort;
let taken: string[]; // what the comments said that were taken in
let outcomes: string[];
let lags: number[];
let warnings: string[];
let failing: boolean; // the store
let onTake = () => {};
let polling: Polling;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "loopgate-polling-"));
  forge = await startForge({ dataDir: join(dir, "forge"), clock: () => github });
  await forge.createRepository({ owner: "acme", name: "shop", files: { a: "a\n" }, collaborators: { ada: "admin" } });
  issue = forge.as("ada").openIssue("acme/shop", { title: "Totals are wrong" });
  forge.setWebhook({ url: "http://127.0.0.1:9/", secret: "a secret of the tests" });
});

afterAll(async () => {
  await forge.close();
  await rm(dir, { recursive: true });
});

beforeEach(async () => {
  github += 2 * hour; // what earlier tests said is further back than the first look goes
  clock = handClock();
  [taken, outcomes, lags, warnings, failing, onTake] = [[], [], [], [], false, () => {}];
  store = sqliteStore(await mkdtemp(join(dir, "store-")));
});

afterEach(async () => {
  await polling.stop();
  await store.close();
});

const say = async (...words: readonly string[]) => {
  for (const word of words) forge.as("ada").comment(issue, word);
  await forge.idle();
};

async function take({ guid, bytes }: Told) {
  if (failing) return "failed" as const;
  const { comment } = JSON.parse(new TextDecoder().decode(bytes));
  const bodySha256 = createHash("sha256").update(bytes).digest("hex");
  const translated = { kind: "ignored", reason: "a test" } as const;
  const origin = { installationId: null, repositoryId: null, thread: null };
  const isNew = await store.acceptDelivery({ guid, bodySha256, receivedAt: clock.now(), translated, origin });
  taken.push(comment.body);
  onTake();
  return isNew === null ? ("duplicate" as const) : ("stored" as const);
}

/** A life of the App, which has looked once. */
async function begin(): Promise<void> {
  const { id: appId, privateKey } = forge.app;
  const asking = { clients: githubClients({ appId, privateKey, baseUrl: forge.url, throttle: false }), now: clock.now };
  polling = startPolling({
    page: (cursor) => logPage(asking, cursor),
    payload: (one) => loggedPayload(asking, one),
    take,
    store,
    clock,
    log: { info: () => {}, warn: (_, text) => void warnings.push(text), error: () => {} },
    onLook: (outcome) => void outcomes.push(outcome),
    onTaken: (ms) => void lags.push(ms),
  });
  await polling.look();
}

/** Lets so much time pass here and at GitHub, and waits for the look that it brings. */
async function pass(ms: number): Promise<void> {
  const before = outcomes.length;
  github += ms;
  clock.advance(ms);
  await until(() => outcomes.length > before);
}

const asked = (route: string) => forge.requests.filter((one) => one.route === route).length;
const list = "/app/hook/deliveries";
const one = "/app/hook/deliveries/:id";

test("what is said is taken in at the next look, once, oldest first; one request finds that there is nothing", async () => {
  await begin();
  await say("one", "two", "three");
  const before = asked(list);
  await pass(everyMs);
  expect(taken).toEqual(["one", "two", "three"]);
  expect(lags).toEqual([everyMs, everyMs, everyMs]);
  const read = asked(one);
  await pass(everyMs);
  await pass(everyMs);
  expect([asked(list) - before, asked(one) - read, taken.length]).toEqual([3, 0, 3]);
});

test("one that is answered late, and so appears below what was read before, is taken in", async () => {
  await begin();
  forge.holdDeliveries();
  await say("slow");
  const [slow] = forge.deliveries.slice(-1);
  forge.releaseDeliveries((waiting) => waiting);
  await forge.idle();
  // As the log of GitHub has it: at its place, from when on it was given up.
  const late = forge.deliveries.at(-1);
  expect(late).not.toBe(slow);
  const log = forge.deliveries as unknown as unknown[];
  log.splice(log.indexOf(late), 1);
  await say("quick");
  await pass(everyMs);
  log.push(late);
  await pass(everyMs);
  expect(taken).toEqual(["quick", "slow"]);
});

test("a delivery that is sent again is another entry of the log, and counts once", async () => {
  await begin();
  await say("once");
  await pass(everyMs);
  const [delivery] = forge.deliveries.slice(-1);
  if (delivery) forge.redeliver(delivery);
  await forge.idle();
  const read = asked(one);
  await pass(everyMs);
  expect([taken, asked(one) - read]).toEqual([["once"], 0]);
});

test("the next life goes on from where the last one came to, however long it was away, and reads nothing twice", async () => {
  await begin();
  await say("before");
  await pass(everyMs);
  await polling.stop();
  await say(...Array.from({ length: 230 }, (_, n) => `${n}`));
  github += 40 * hour;
  clock.advance(40 * hour);
  const [pages, read] = [asked(list), asked(one)];
  const back = begin();
  await until(() => taken.length === 1 + 201); // from there on one a second
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(taken).toHaveLength(1 + 201);
  await until(() => {
    clock.advance(1_000);
    return taken.length === 1 + 230;
  });
  await back;
  expect(taken).toEqual(["before", ...Array.from({ length: 230 }, (_, n) => `${n}`)]);
  expect([asked(list) - pages, asked(one) - read]).toEqual([3, 230]);
  expect(warnings).toEqual([]);
});

test("after more than three days it says what is lost, and reads what there is", async () => {
  await begin();
  await polling.stop();
  await say("gone by then");
  github += 4 * 24 * hour;
  await say("still there");
  await begin();
  expect(taken).toEqual(["still there"]);
  expect(warnings).toEqual([expect.stringContaining("longer than GitHub keeps its log")]);
});

test("the first life begins an hour back", async () => {
  await say("too long ago");
  github += hour + 1_000;
  await say("just now");
  await begin();
  expect(taken).toEqual(["just now"]);
});

test("while GitHub does not answer it is asked less and less, up to five minutes; then nothing is missing", async () => {
  await begin();
  await say("one", "two");
  forge.failNext(`GET ${list}`, { status: 503, times: 6 });
  const waits: number[] = [];
  await pass(everyMs);
  for (const ms of [30_000, 60_000, 120_000, 240_000, 300_000]) {
    const before = asked(list);
    github += ms - 1;
    clock.advance(ms - 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked(list)).toBe(before);
    await pass(1);
    waits.push(ms);
  }
  await pass(300_000);
  expect(outcomes.slice(-7)).toEqual([...Array(6).fill("failed"), "done"]);
  expect(taken).toEqual(["one", "two"]);
});

test("where GitHub asks to wait, it waits for so long", async () => {
  await begin();
  await say("one");
  forge.failNext(`GET ${one}`, { status: 429, headers: { "retry-after": "1000" } });
  await pass(everyMs);
  const before = asked(list);
  clock.advance(999_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked(list)).toBe(before);
  await pass(1_000);
  expect(taken).toEqual(["one"]);
});

test("one that cannot be read is tried five times and keeps the others back no longer", async () => {
  await begin();
  await say("unreadable", "fine");
  const { id } = forge.deliveries.at(-2) ?? { id: 0 };
  forge.failNext(`GET ${list}/${id}`, { status: 500, times: 100 });
  for (const ms of [15_000, 30_000, 60_000, 120_000]) await pass(ms);
  expect(taken).toEqual([]);
  await pass(240_000);
  expect(taken).toEqual(["fine"]);
  expect(warnings.filter((text) => text.includes("cannot be read:"))).toHaveLength(1);
  const read = asked(one);
  await pass(everyMs);
  expect(asked(one)).toBe(read);
});

test("what the store does not take is read again, as often as it needs", async () => {
  await begin();
  await say("one", "two");
  failing = true;
  for (const ms of [15_000, 30_000, 60_000, 120_000, 240_000, 300_000]) await pass(ms);
  expect(taken).toEqual([]);
  failing = false;
  await pass(300_000);
  expect(taken).toEqual(["one", "two"]);
});

test("an end in the middle leaves the rest to the next life", async () => {
  await begin();
  await say("one", "two", "three");
  onTake = () => void polling.stop(); // while the first is being stored
  await pass(everyMs);
  expect(taken).toEqual(["one"]);
  onTake = () => {};
  await begin();
  expect(taken).toEqual(["one", "two", "three"]);
});
