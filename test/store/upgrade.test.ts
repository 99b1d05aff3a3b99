// A store of version 2, made by the Loopgate of 27 November 2026 with three loops in it, brought up to date in place.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { keepsFiles } from "../../src/loop/end.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { storeVersion } from "../../src/store/sqlite/schema.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { isRemembered, rememberedTimes } from "./remembered.ts";

const fixture = new URL("../../fixtures/stores/version-2.sqlite.gz", import.meta.url);
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "store-"));
  await writeFile(join(dir, "loopgate.sqlite"), gunzipSync(await readFile(fixture)));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
});

const idsOf = (loops: readonly { readonly state: LoopState }[]) =>
  loops.map(({ state }) => ({ id: state.id, keepsFiles: keepsFiles(state) })).sort((a, b) => (a.id < b.id ? -1 : 1));

const raw = <T>(read: (db: DatabaseSync) => T): T => {
  const db = new DatabaseSync(join(dir, "loopgate.sqlite"));
  try {
    return read(db);
  } finally {
    db.close();
  }
};

test("F15: the loops of an earlier store are there in their phases, with their texts, alarms and trace", async () => {
  const store = sqliteStore(dir);
  onTestFinished(() => store.close());
  const loops = await store.loops("all");
  expect(loops.map(({ state }) => state.phase)).toEqual(["awaiting_gate", "settled", "paused"]);
  expect((await store.loops("live")).map(({ issueKey }) => issueKey)).toEqual(["1011#1", "1011#5"]);
  for (const { issueKey, state } of loops) {
    expect(await store.getArtifact(state.snapshot?.sha256 ?? "")).toContain(state.snapshot?.title);
    expect(await store.readTrace(issueKey, 5)).not.toEqual([]);
    expect(await store.nextEvent(issueKey)).toBe(null);
    expect(await store.pendingEffects(issueKey)).toEqual([]);
  }
  expect(await store.loopIds()).toEqual(idsOf(loops));
  const [gate] = loops;
  expect(await store.findIssue({ repositoryId: 1011, pull: gate?.state.pull?.number ?? 0 })).toBe("1011#1");
  expect(await store.endedLoops(Number.MAX_SAFE_INTEGER, 9)).toEqual(["1011#3"]);
  expect(await store.nextDueTime()).toBeGreaterThan(0);
});

test("F15: a store of version 3, made by the Loopgate of 28 November 2026, is brought up to date as well", async () => {
  const earlier = await readFile(new URL("../../fixtures/stores/version-3.sqlite.gz", import.meta.url));
  await writeFile(join(dir, "loopgate.sqlite"), gunzipSync(earlier));
  const store = sqliteStore(dir);
  onTestFinished(() => store.close());
  const loops = await store.loops("all");
  expect(loops.map(({ state }) => state.phase)).toEqual(["awaiting_gate", "settled", "settled", "refused", "paused"]);
  expect(await store.loopIds()).toEqual(idsOf(loops));
  expect((await store.loopIds()).filter(({ keepsFiles }) => keepsFiles)).toHaveLength(3);
});

test("F15, F18: every delivery that an earlier store had is remembered, once", async () => {
  const guids = raw((db) =>
    db
      .prepare("select guid from delivery")
      .all()
      .map(({ guid }) => String(guid)),
  );
  await sqliteStore(dir).close();
  raw((db) => {
    expect(guids.filter((guid) => !isRemembered(db, guid))).toEqual([]);
    expect(rememberedTimes(db)).toBe(guids.length);
  });
});

test("F15, I2: a delivery that was stored and not yet handled is taken in after the upgrade, once", async () => {
  const store = sqliteStore(dir);
  onTestFinished(() => store.close());
  const [left, ...more] = await store.earlierDeliveries();
  expect(more).toEqual([]);
  expect(left).toMatchObject({ guid: "left-unread", event: "issues", bodySha256: "ab".repeat(32) });
  const event = { type: "issue_closed", actor: { id: 1, login: "alice", bot: false } } as const;
  const { guid = "", bodySha256 = "", receivedAt = 0 } = left ?? {};
  const origin = { installationId: 7, repositoryId: 1011, thread: 1 };
  const translated = { kind: "event", repositoryId: 1011, route: { issue: 1 }, events: [event] } as const;
  const delivery = { guid, bodySha256, receivedAt, translated, origin };
  expect(await store.acceptDelivery(delivery)).toEqual(["1011#1"]);
  expect(await store.earlierDeliveries()).toEqual([]);
  expect(await store.acceptDelivery(delivery)).toBe(null);
  expect((await store.nextEvent("1011#1"))?.event).toEqual(event);
});

test("F15: a change of labels that was still to be made names the labels that come and go, and touches no other", async () => {
  raw((db) => {
    const effect = db.prepare("insert into effect (key, issue_key, loop, type, effect) values (?, '1011#1', ?, ?, ?)");
    const { loop } = db.prepare("select loop from loop where issue_key = '1011#1'").get() ?? {};
    effect.run(`${loop}/900/0`, String(loop), "set_labels", '{"type":"set_labels","labels":["bug","loop:done"]}');
    const event = db.prepare("insert into event (issue_key, event, at) values ('1011#1', ?, 1)");
    event.run('{"type":"labels_changed","labels":["bug"]}');
    event.run('{"type":"alarm","name":"rest"}');
  });
  const store = sqliteStore(dir);
  onTestFinished(() => store.close());
  expect((await store.pendingEffects("1011#1"))[0]?.effect).toEqual({
    type: "set_labels",
    add: ["loop:done"],
    remove: ["loop:running", "loop:needs-human", "loop:stopped", "loop"],
  });
  expect((await store.nextEvent("1011#1"))?.event).toEqual({ type: "alarm", name: "rest" });
});

test("F15: an upgraded store has the tables and indexes of a new one", async () => {
  await sqliteStore(dir).close();
  const shape = (db: DatabaseSync) =>
    db
      .prepare("select name from sqlite_schema where name not like 'sqlite_%' order by name")
      .all()
      .map(({ name }) => `${name}: ${columnsOf(db, String(name))}`);
  const upgraded = raw(shape);
  await rm(join(dir, "loopgate.sqlite"));
  await sqliteStore(dir).close();
  expect(upgraded).toEqual(raw(shape));
  expect(raw((db) => db.prepare("pragma user_version").get()?.user_version)).toBe(storeVersion);
});

function columnsOf(db: DatabaseSync, name: string): string {
  const columns = db.prepare("select name from pragma_table_info(?)").all(name);
  const indexed = db.prepare("select name from pragma_index_info(?)").all(name);
  return [...columns.map((one) => one.name).sort(), ...indexed.map((one) => `(${one.name})`)].join(" ");
}
