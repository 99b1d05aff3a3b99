// The SQLite store: the contract, and what only a file on a disk can suffer.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { Delivery } from "../../src/engine/ports.ts";
import { inbox } from "../../src/store/inbox.ts";
import { openDatabase } from "../../src/store/open.ts";
import { statements } from "../../src/store/sql.ts";
import { sqliteStore } from "../../src/store/sqlite.ts";
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
  import { sqliteStore } from ${JSON.stringify(join(import.meta.dirname, "../../src/store/sqlite.ts"))};
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
  for (let n = 0; n < 200; n++) await store.putArtifact(`${n} `.repeat(500));
  await store.close();
  const file = join(dir, "loopgate.sqlite");
  await truncate(file, 40_960);
  expect(() => sqliteStore(dir)).toThrow("npm run loopgate -- restore");
  expect((await readFile(file)).length).toBe(40_960);
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
  set("drop table opening; pragma user_version = 1");
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
  const { db } = openDatabase(await aFolder());
  onTestFinished(() => db.close());
  const deliveries = inbox(statements(db));
  const pages = Number(db.prepare("pragma page_count").get()?.page_count);
  db.exec(`pragma max_page_count = ${pages + 2}`);
  const large: Delivery = {
    guid: "large",
    event: "issues",
    bodySha256: "l",
    body: "x".repeat(200_000),
    receivedAt: 1_000,
  };
  await expect(deliveries.acceptDelivery(large)).rejects.toThrow("Nothing was half-written");
  expect(await deliveries.nextDelivery()).toBe(null);
  db.exec(`pragma max_page_count = ${pages + 200}`);
  expect(await deliveries.acceptDelivery(large)).toBe(true);
});
