// The SQLite store: the contract, and what only a file on a disk can suffer.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, open, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Delivery } from "../../src/engine/ports.ts";
import type { LoopEvent } from "../../src/loop/event.ts";
import { inbox } from "../../src/store/inbox.ts";
import { createRemembered } from "../../src/store/remembered.ts";
import { sqliteDriver } from "../../src/store/sqlite/driver.ts";
import { openDatabase } from "../../src/store/sqlite/open.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { storeContract } from "./contract.ts";

storeContract("SQLite", async () => {
  const dir = await mkdtemp(join(tmpdir(), "store-"));
  return {
    open: async () => sqliteStore(dir),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
});

async function aFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "store-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const opens = (dir: string) => `
  import { sqliteStore } from ${JSON.stringify(join(import.meta.dirname, "../../src/store/sqlite/sqlite.ts"))};
  try { sqliteStore(${JSON.stringify(dir)}); console.log("opened"); } catch (error) { console.log(error.message); }
`;

async function secondProcess(dir: string): Promise<string> {
  const run = await promisify(execFile)(process.execPath, ["--no-warnings", "--input-type=module", "-e", opens(dir)]);
  return run.stdout.trim();
}

test("F10: a second process on the same store refuses, and names the first", async () => {
  const dir = await aFolder();
  const store = sqliteStore(dir);
  const said = await secondProcess(dir);
  expect(said).toContain(`is held by another Loopgate (process ${process.pid})`);
  await store.close();
  expect(await secondProcess(dir)).toBe("opened");
});

test("F8: a damaged store is refused, naming the file and the command that rebuilds", async () => {
  const dir = await aFolder();
  const file = join(dir, "loopgate.sqlite");
  await writeFile(file, "this is no database, and never was one".repeat(200));
  expect(() => sqliteStore(dir)).toThrow(file);
  expect(() => sqliteStore(dir)).toThrow("npm run loopgate -- restore");
  expect(await readFile(file, "utf8")).toContain("this is no database");
});

test("F5: a truncated store is refused, and what is left of it is not touched", async () => {
  const dir = await aFolder();
  const store = sqliteStore(dir);
  for (let n = 0; n < 200; n++) await store.putArtifact(`${n} `.repeat(500), { issueKey: "1#1", loop: "k", at: 1 });
  await store.close();
  const file = join(dir, "loopgate.sqlite");
  await truncate(file, 40_960);
  expect(() => sqliteStore(dir)).toThrow("npm run loopgate -- restore");
  expect((await readFile(file)).length).toBe(40_960);
});

test("F8: damage in the middle is found although the file is as long as before", async () => {
  const dir = await aFolder();
  const store = sqliteStore(dir);
  for (let n = 0; n < 200; n++) await store.putArtifact(`${n} `.repeat(500), { issueKey: "1#1", loop: "k", at: 1 });
  await store.close();
  const file = await open(join(dir, "loopgate.sqlite"), "r+");
  await file.write(Buffer.alloc(20_480, 0x5a), 0, 20_480, 40_960);
  await file.close();
  expect(() => sqliteStore(dir)).toThrow("npm run loopgate -- restore");
});

test("F8: a store is read from end to end before it is used, unless it is as an orderly close left it", async () => {
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
  onTestFinished(() => prepare.mockRestore());
  const isRead = async (dir: string) => {
    prepare.mockClear();
    const store = sqliteStore(dir);
    const asked = prepare.mock.calls.some(([sql]) => sql.includes("quick_check"));
    return { store, asked };
  };
  const [dir, killed] = [await aFolder(), await aFolder()];
  await sqliteStore(dir).close();
  const again = await isRead(dir);
  expect(again.asked).toBe(false);
  await cp(dir, killed, { recursive: true, preserveTimestamps: true }); // as a process that is killed now would leave it
  await again.store.close();
  const afterKill = await isRead(killed);
  expect(afterKill.asked).toBe(true);
  await afterKill.store.close();
  await utimes(join(dir, "loopgate.sqlite"), new Date(), new Date(Date.now() + 5));
  const touched = await isRead(dir);
  expect(touched.asked).toBe(true);
  await touched.store.close();
});

test("F15, I21: a store of an unknown version is refused, one of the first version is brought up to date", async () => {
  const dir = await aFolder();
  const file = join(dir, "loopgate.sqlite");
  await sqliteStore(dir).close();
  const set = (sql: string) => {
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
  };
  set("pragma user_version = 99");
  expect(() => sqliteStore(dir)).toThrow("has version 99");
  set(`${earliestTables} pragma user_version = 1`);
  const upgraded = sqliteStore(dir);
  expect(upgraded.epoch).toBe(1);
  await upgraded.close();
});

test("F15: a loop that an earlier version stored is read, and what was added to states since is at its default", async () => {
  const dir = await aFolder();
  await sqliteStore(dir).close();
  const db = new DatabaseSync(join(dir, "loopgate.sqlite"));
  const insert = "insert into loop (issue_key, repository_id, loop, live, state) values ('100#12', 100, 'k3f9', 1, ?)";
  db.prepare(insert).run(readFileSync(join(import.meta.dirname, "../../fixtures/records/earlier.json"), "utf8"));
  db.close();
  const store = sqliteStore(dir);
  const state = await store.load("100#12");
  expect(state?.rules?.silenceMs).toBe(600_000);
  expect(state?.attempts[0]?.runs[0]?.tokens).toEqual({ input: 0, cached: 0, output: 0 });
  expect(await store.loops("live")).toEqual([{ issueKey: "100#12", state }]);
  await store.close();
});

test("F7: with the disk full a delivery is a fault, nothing of it is kept, and later ones are taken", async () => {
  const { db, flush, close } = openDatabase(await aFolder());
  onTestFinished(close);
  const deliveries = inbox(sqliteDriver(db, flush), createRemembered());
  const pages = Number(db.prepare("pragma page_count").get()?.page_count);
  db.exec(`pragma max_page_count = ${pages + 2}`);
  const large = delivery("large", "x".repeat(200_000));
  const small = delivery("small", "x");
  const [first, second] = await Promise.allSettled([large, small].map(deliveries.acceptDelivery));
  expect(first).toMatchObject({
    status: "rejected",
    reason: { message: expect.stringContaining("Nothing was half-written") },
  });
  expect(second).toEqual({ status: "fulfilled", value: ["1#1"] });
  expect(db.prepare("select count(*) as n from event").get()?.n).toBe(1);
  db.exec(`pragma max_page_count = ${pages + 200}`);
  expect(await deliveries.acceptDelivery(large)).toEqual(["1#1"]);
});

test("a delivery goes to the disk with a few others, however many more each turn of the event loop brings", async () => {
  const { db, close } = openDatabase(await aFolder());
  onTestFinished(close);
  const given: Promise<unknown>[] = [];
  const flushedAt: number[] = [];
  const flush = async () => void flushedAt.push(given.length);
  const deliveries = inbox(sqliteDriver(db, flush), createRemembered());
  for (let n = 0; n < 200; n++) {
    given.push(deliveries.acceptDelivery(delivery(`guid-${n}`, "x")));
    await new Promise((next) => setImmediate(next));
  }
  await Promise.all(given);
  expect(flushedAt[0]).toBeLessThan(20);
  expect(flushedAt.length).toBeLessThan(40); // and not each alone
});

function delivery(guid: string, title: string): Delivery {
  const event = { type: "labelled", title } as unknown as LoopEvent;
  return {
    guid,
    bodySha256: createHash("sha256").update(guid).digest("hex"),
    receivedAt: 1_000,
    translated: { kind: "event", repositoryId: 1, route: { issue: 1 }, events: [event] },
    origin: { installationId: 1, repositoryId: 1, thread: 1 },
  };
}

/** The tables that the first version made, in place of those that are there. */
const earliestTables = `
  drop table opening; drop table all_paused; drop table schedule; drop table run_cost; drop table kept; drop table remembered; drop table earlier_delivery; drop table artifact_use; drop table loop;
  drop table event; drop table effect; drop table trace;
  create table delivery (
    guid text primary key, event text not null, body_sha256 text not null, body text,
    received_at integer not null, how text
  ) strict;
  create table loop (
    issue_key text primary key, repository_id integer not null, loop text not null, live integer not null,
    branch text, pull integer, head text, state text not null
  ) strict;
  create index loop_branch on loop (repository_id, branch);
  create table event (
    seq integer primary key autoincrement, issue_key text not null, event text not null, at integer not null,
    dedupe text unique, handled integer not null default 0
  ) strict;
  create index event_open on event (issue_key, seq) where handled = 0;
  create table effect (
    position integer primary key autoincrement, key text not null unique, issue_key text not null, loop text not null,
    type text not null, effect text not null, tries integer not null default 0, not_before integer not null default 0,
    done integer not null default 0
  ) strict;
  create index effect_open on effect (issue_key, position) where done = 0;
  create table trace (
    id integer primary key autoincrement, issue_key text not null, loop text not null, at integer not null,
    kind text not null, detail text not null
  ) strict;
  create index trace_issue on trace (issue_key, id);
  drop index alarm_at;`;
