// One message a week for a team's chat: what it says, and that it is sent once, by whoever leads then.
import { mkdtemp } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import type { Digest } from "../../src/cockpit/outcomes/digest.ts";
import { startSender } from "../../src/cockpit/outcomes/sender.ts";
import { type Week, weeklyText } from "../../src/cockpit/outcomes/weekly.ts";
import type { Log, StorePort } from "../../src/engine/ports.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { aLoop, anEndedLoop, hour } from "../loop/builder.ts";
import { type HandClock, handClock } from "../story/clock.ts";
import { until } from "../until.ts";

const day = 24 * hour;
const monday = Date.parse("2026-11-30T09:00:00Z");

const one: Digest = {
  repository: "acme/shop",
  model: "m",
  reason: "task_complete",
  result: "merged",
  startedAt: monday - 2 * day - 3 * hour,
  endedAt: monday - 2 * day,
  spentNano: 2e9,
};

function week(change: Partial<Week> = {}, digests: readonly Digest[] = [], isMore = false): Week {
  const read = { digests, unread: 0, isMore };
  return { read, from: monday - 7 * day, until: monday, day: "2026-11-30", waiting: [], ...change };
}

const waits = (number: number) => ({
  name: `acme/shop#${number}`,
  url: `https://github.com/acme/shop/issues/${number}`,
  headline: "Waiting for a review",
  since: monday - number * day,
});

test("it says what came of the loops that ended in the week, by repository, and who is waited for", () => {
  const digests: Digest[] = [
    one,
    { ...one, result: "changed", startedAt: one.endedAt - 5 * hour, spentNano: 1e9 },
    { ...one, result: "stopped" },
    { ...one, repository: "acme/<b>", result: "closed", spentNano: 5e8 },
    { ...one, endedAt: monday - 7 * day - 1, spentNano: 99e9 }, // the week before
    { ...one, endedAt: monday, spentNano: 99e9 }, // the next one
  ];
  expect(weeklyText(week({ waiting: [waits(3), waits(1)] }, digests))).toBe(
    [
      "*Loopgate, the week up to 2026-11-30:* 4 loops ended: 2 merged (1 of them changed by people before), 1 stopped for a person, 1 ended without success. Spent: $5.50, $2.75 for each merged change. Half of the merges came within 3 h of the label.",
      "• acme/shop: 2 of 3 merged, $5.00",
      "• acme/&lt;b&gt;: 0 of 1 merged, $0.50",
      "*2 loops wait for a person:*",
      "• <https://github.com/acme/shop/issues/3|acme/shop#3>: Waiting for a review, for 3 d",
      "• <https://github.com/acme/shop/issues/1|acme/shop#1>: Waiting for a review, for 1 d",
    ].join("\n"),
  );
});

test("a week without loops is not told of, unless somebody is waited for", () => {
  expect(weeklyText(week())).toBeNull();
  expect(weeklyText(week({ waiting: [waits(2)] }))).toContain("no loop ended.\n*1 loop waits for a person:*");
  expect(weeklyText(week({}, [one]))).toMatch(/Nobody is waited for\.$/);
});

test("ten are named and the rest counted, and what was not counted is said", () => {
  const many = Array.from({ length: 12 }, (_, index) => ({ ...one, repository: `acme/r${index}` }));
  const waiting = Array.from({ length: 11 }, (_, index) => waits(index + 1));
  const text = weeklyText(week({ waiting }, many, true))!;
  expect(text).toContain("• and 2 more repositories\nOnly the 12 loops that ended last are counted.");
  expect(text).toContain("• and 1 more loop");
  const [before] = [{ ...one, endedAt: monday - 8 * day }];
  expect(weeklyText(week({}, [...many, before], true))).not.toContain("are counted");
});

let chat: Server;
let url: string;
let heard: { readonly path: string; readonly text: string }[];
let answer: number;
let clock: HandClock;
let store: StorePort;
let loops: Map<string, LoopState>;
let logged: string;

beforeAll(async () => {
  chat = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    if (answer === 200) heard.push({ path: request.url ?? "", ...JSON.parse(body) });
    response.writeHead(answer, answer === 302 ? { location: "http://127.0.0.1:9/" } : {}).end("no");
  });
  await new Promise<void>((done) => chat.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(chat.address() as AddressInfo).port}/services/a-token-of-the-chat`;
});

afterAll(() => void chat.close());

beforeEach(async () => {
  [heard, answer, logged] = [[], 200, ""];
  clock = handClock(monday - 2 * day);
  store = sqliteStore(await mkdtemp(join(tmpdir(), "loopgate-weekly-")));
  loops = new Map([["1#7", aLoop({ phase: "awaiting_gate", gateSince: monday - 3 * day })]]);
});

afterEach(() => store.close());

/** A life of the App on this store, and what it waits for next. */
function begin() {
  const tell = (fields: object, text: string) => {
    const { err } = fields as { err?: unknown };
    logged += `${text} ${err instanceof Error ? err.stack : JSON.stringify(fields)}\n`;
  };
  const log: Log = { info: tell, warn: tell, error: tell };
  const ended = [{ issueKey: "1#1", at: monday - day }];
  const sender = startSender({
    url,
    timeZone: "UTC",
    store: {
      kept: store.kept,
      keep: store.keep,
      newestEnded: async () => ended,
      load: async (key) => loops.get(key) ?? anEndedLoop({ reason: "task_complete", of: "approved", at: monday - day }),
    },
    live: { keys: () => [...loops.keys()] },
    github: "https://github.com",
    clock,
    log,
  });
  onTestFinished(() => sender.stop());
  return sender;
}

const isWaiting = () => until(() => clock.next() !== null);

test("the week is told of once, on Monday at nine, by whichever life of the App leads then", async () => {
  const first = begin();
  await isWaiting();
  expect(clock.next()).toBe(monday);
  clock.advance(2 * day - 1);
  expect(heard).toEqual([]);
  clock.advance(1);
  await until(() => heard.length === 1);
  expect(heard[0]).toMatchObject({ path: "/services/a-token-of-the-chat" });
  expect(heard[0]!.text).toContain("1 loop ended: 0 merged, 1 ended well without a merge.");
  expect(heard[0]!.text).toContain(
    "*1 loop waits for a person:*\n• <https://github.com/acme/widgets/issues/12|acme/widgets#12>: waiting for a person, for 3 d",
  );
  await isWaiting();
  await first.stop();
  begin();
  await isWaiting();
  expect(clock.next()).toBe(monday + 7 * day);
  expect(heard).toHaveLength(1);
});

test("a Monday that nobody led on is told of at the next start, and only the last of several", async () => {
  const first = begin();
  await isWaiting();
  await first.stop();
  clock.advance(10 * day);
  begin();
  await until(() => heard.length === 1);
  expect(heard[0]!.text).toContain("the week up to 2026-12-07:");
});

test.each([500, 302])("an answer of %i is tried again an hour later, and the address is in no log", async (refusal) => {
  answer = refusal;
  begin();
  await isWaiting();
  clock.advance(2 * day);
  await until(() => logged.includes("trying again in an hour"));
  await isWaiting();
  expect(clock.next()).toBe(monday + hour);
  answer = 200;
  clock.advance(hour);
  await until(() => heard.length === 1);
  expect(logged).not.toContain("a-token-of-the-chat");
});
