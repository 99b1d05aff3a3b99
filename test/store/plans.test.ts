// How SQLite finds its rows: no statement of the store reads a table that grows from end to end, and none sorts one.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Delivery, Route, StorePort } from "../../src/engine/ports.ts";
import { tables } from "../../src/store/sqlite/schema.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { aPublishedLoop, sha } from "../loop/builder.ts";

/** Indexes of what is open, due, living or not packed yet: they hold only that, so reading one whole is no scan of a table. */
const ofTheOpen = [
  "event_open",
  "loop_live",
  "loop_running",
  "loop_ended",
  "remembered_loose",
  "effect_due",
  "alarm_at",
];
/** Tables with a row for each thing that is waiting now, or with one row. */
const small = ["effect", "alarm", "opening", "earlier_delivery"];
/** Everything that is there is asked for: in tests, and once after each start, from an index. */
const asksForAll = [
  "select issue_key, state from loop  order by issue_key",
  "select loop, keeps_files from loop order by loop",
];

let dir: string;
let store: StorePort;
const statements = new Set<string>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "store-"));
  const prepare = DatabaseSync.prototype.prepare;
  vi.spyOn(DatabaseSync.prototype, "prepare").mockImplementation(function (this: DatabaseSync, sql: string) {
    statements.add(sql);
    return prepare.call(this, sql) as StatementSync;
  });
  store = sqliteStore(dir);
  await useEverything();
  vi.restoreAllMocks();
});

afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

/** Calls every method of the store, with every way a delivery can be addressed. */
async function useEverything(): Promise<void> {
  const key = "100#12";
  const own = { issueKey: key, loop: "k3f9", at: 1 };
  await store.addEvent(key, { type: "pull_ready" }, 1);
  const event = await store.nextEvent(key);
  const effects = [{ type: "write_status" }, { type: "read_claim" }] as const;
  const state = aPublishedLoop();
  await store.commit({ seq: event?.seq ?? 0, issueKey: key, state, effects, drop: [], now: 1 });
  const again = { seq: 0, issueKey: key, state, effects: [effects[0]], drop: [`${state.id}/${event?.seq}/1`], now: 1 };
  await store.commit(again);
  const [{ key: effect = "" } = {}] = await store.pendingEffects(key);
  await store.effectStarted(effect);
  await store.effectPostponed(effect, 5, true);
  await store.effectPostponed(effect, 5, false);
  await store.effectDone(effect);
  const routes: [Route, number | null][] = [
    [{ issue: 12 }, 100],
    [{ pull: 1 }, 100],
    [{ branch: "b" }, 100],
    [{ head: sha("c") }, 100],
    [{ head: sha("d") }, 100],
    [{ repository: true }, 100],
    [{ repositories: [100] }, null],
    [{ installation: 7 }, null],
  ];
  for (const [n, [route, repositoryId]] of routes.entries())
    await store.acceptDelivery(delivery(n, route, repositoryId));
  await store.acceptDelivery(delivery(99, { issue: 77 }, 100));
  const of = { repositoryId: 100, installationId: 1, owner: "acme" };
  const limit = { nano: 10, runs: 1, zone: "UTC" };
  const days = (["repository", "account"] as const).map((whose) => ({ whose, limit, from: 0, until: 9 }));
  for (const keep of [false, true]) await store.askDay({ ...of, run: "r1", at: 1, wantNano: 5, days }, keep);
  for (const whose of ["repository", "account"] as const) await store.dayUse(of, { whose, from: 0 });
  await store.recallRunCosts([{ ...of, run: "r2", beganAt: 1, endedAt: 2, nano: 3 }]);
  await store.setAside("r1");
  await store.settleRun("r1", 2, 3);
  await store.earlierDeliveries();
  await store.busyIssues(1);
  await store.load(key);
  await store.nextDueTime();
  await store.setAlarm(key, "rest", 1);
  await store.clearAlarm(key, "rest");
  await store.setAlarm(key, "rest", 1);
  await store.takeDueAlarms(2);
  await store.clearAlarm(key, null);
  await store.loops("live");
  await store.loops("all");
  await store.liveLoops();
  await store.livePhases();
  await store.loopIds();
  await store.runningLoops();
  await store.pastLoops(100, 5);
  const hash = await store.putArtifact("text", own);
  await store.putArtifact("of a loop that is gone", { ...own, loop: "gone" });
  await store.getArtifact(hash);
  for (let n = 0; n < 60; n++) await store.trace({ ...own, loop: "gone", kind: "step", detail: {} });
  await store.readTrace(key, 5);
  for (let n = 100; n < 310; n++) await store.acceptDelivery(delivery(n, { issue: 77 }, 100));
  await store.prune(9 * 24 * 3_600_000, 2);
  await store.endedLoops(5, 5);
  await store.newestEnded(9_000_000_000_000, 1);
  await store.newestEnded(9_000_000_000_000, 1, [100]);
  await store.forgetLoop("100#1", "gone");
  await store.size();
  await store.setBack(2, 1);
}

function delivery(n: number, route: Route, repositoryId: number | null): Delivery {
  return {
    guid: `g${n}`,
    bodySha256: n.toString(16).padStart(64, "0"),
    receivedAt: 1,
    translated: { kind: "event", repositoryId, route, events: [{ type: "pull_ready" }] },
    origin: { installationId: 7, repositoryId: 100, thread: null },
  };
}

/** What a statement does that costs more the more there is. */
function costs(db: DatabaseSync, sql: string): string[] {
  if (asksForAll.includes(sql) || /^(pragma|begin|commit)/.test(sql)) return [];
  const plan = db
    .prepare(`explain query plan ${sql}`)
    .all()
    .map(({ detail }) => String(detail));
  return plan.filter((step) => {
    if (step.startsWith("USE TEMP B-TREE")) return !plan.some((one) => small.includes(one.split(" ")[1] ?? ""));
    const scanned = /^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?/.exec(step);
    if (scanned === null || scanned[1] === "CONSTANT") return false;
    const [, table = "", index = ""] = scanned;
    return !small.includes(table) && !ofTheOpen.includes(index);
  });
}

test("every statement of the store was used here, and reads no table that grows from end to end", () => {
  const db = anEmptyStore();
  const used = [...statements];
  expect(used.length).toBeGreaterThan(50);
  expect(used.flatMap((sql) => costs(db, sql).map((step) => `${step}: ${sql}`))).toEqual([]);
  db.close();
});

test("the check finds a statement that scans, or sorts, a table that grows", () => {
  const db = anEmptyStore();
  expect(costs(db, "select * from remembered where keys = ?")).toHaveLength(1);
  expect(costs(db, "delete from event where event = ?")).toHaveLength(1);
  expect(costs(db, "select * from trace where issue_key = ? order by detail")).toHaveLength(1);
  db.close();
});

function anEmptyStore(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  db.exec(tables);
  return db;
}
