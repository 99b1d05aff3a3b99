// A store on its way from SQLite to PostgreSQL: everything arrives, the loops go on, and what cannot be moved stays as it was.
import { hash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { programs } from "../../src/cli/bench-postgres.ts";
import { runProgram } from "../../src/cli/program.ts";
import { moveStore } from "../../src/store/move.ts";
import { postgresStore } from "../../src/store/postgres/postgres.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { aStory, attempts, botch, mend, webhookSecret } from "../story/world.ts";
import { sharedServer } from "./server.ts";

const untold = { signal: new AbortController().signal, onTable: () => {} };

function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "move-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Every row of every table, without what belongs to one database alone. */
function rowsOf(file: string): Record<string, unknown[]> {
  const db = new DatabaseSync(file, { readOnly: true });
  const own = "('opening', 'sqlite_sequence', 'earlier_delivery')";
  const tables = db.prepare(`select name from sqlite_master where type = 'table' and name not in ${own}`).all();
  const rows = tables.map(({ name }) => [String(name), db.prepare(`select * from ${name}`).all()] as const);
  db.close();
  return Object.fromEntries(rows);
}

describe.skipIf(programs() === null)("a store that is moved to PostgreSQL", () => {
  test("has every row of every table, and its loop goes on to its end", async () => {
    const server = await sharedServer();
    const story = await aStory({ executor: attempts(botch("red"), mend) });
    const issue = await story.startLoop();
    expect(await story.phase(issue)).toBe("awaiting_gate");
    const before = await story.state(issue);
    let address = "";
    await story.restart({
      async moveTo(dataDir) {
        address = await server.database();
        const said: string[] = [];
        const there = rowsOf(join(dataDir, "loopgate.sqlite"));
        const moved = await moveStore({
          dataDir,
          store: address,
          signal: untold.signal,
          onTable: (table) => said.push(table),
        });
        expect(moved.keptAs).toBe(join(dataDir, "loopgate.sqlite.moved"));
        expect(readdirSync(dataDir).filter((name) => name.endsWith(".sqlite"))).toEqual([]);
        expect(said).toEqual(Object.keys(there).sort());
        for (const [table, rows] of Object.entries(there)) {
          expect(moved.rows[table], table).toBe(rows.length);
          const arrived = await server.ask(address, `select * from loopgate.${table}`);
          expect(sorted(arrived), table).toEqual(sorted(rows));
        }
        expect(moved.rows).toMatchObject({ loop: 1 });
        for (const table of ["trace", "event", "artifact", "remembered"])
          expect(moved.rows[table], table).toBeGreaterThan(0);
        return address;
      },
    });
    expect(await story.state(issue)).toEqual(before);
    story.forge.as("bob").review(await story.pull(issue), { event: "APPROVE" });
    await story.settle();
    expect(await story.state(issue)).toMatchObject({ phase: "settled", ending: { reason: "task_complete" } });
    const [opening] = await server.ask(address, "select epoch from loopgate.opening");
    expect(opening?.epoch, "later than every opening of the file").toBeGreaterThan(2);
  });

  test("is refused by a database that has something in it, which stays as it was, and so does the file", async () => {
    const server = await sharedServer();
    const address = await server.database();
    const taken = await postgresStore(address, { onLost: () => {} });
    await taken.addEvent("1#1", { type: "pull_ready" }, 1);
    await taken.close();
    const dataDir = aFolder();
    const store = sqliteStore(dataDir);
    await store.addEvent("2#2", { type: "pull_ready" }, 2);
    await store.close();
    await expect(moveStore({ dataDir, store: address, ...untold })).rejects.toThrow(
      "Could not move the store to PostgreSQL: its table event is not empty. Nothing was moved.",
    );
    expect(await server.ask(address, "select issue_key from loopgate.event")).toEqual([{ issue_key: "1#1" }]);
    expect(rowsOf(join(dataDir, "loopgate.sqlite")).event).toMatchObject([{ issue_key: "2#2" }]);
    await (await postgresStore(address, { onLost: () => {} })).close();
  });

  test("that is given up halfway leaves nothing in the database", async () => {
    const address = await (await sharedServer()).database();
    const dataDir = aFolder();
    const store = sqliteStore(dataDir);
    for (let n = 0; n < 3; n++) await store.addEvent("2#2", { type: "pull_ready" }, n);
    await store.setAlarm("2#2", "gate_reminder", 5);
    await store.close();
    const given = new AbortController();
    const onTable = () => given.abort(new Error("enough"));
    await expect(moveStore({ dataDir, store: address, signal: given.signal, onTable })).rejects.toThrow("enough");
    expect(await (await sharedServer()).ask(address, "select 1 from loopgate.alarm")).toEqual([]);
    expect(existsSync(join(dataDir, "loopgate.sqlite"))).toBe(true);
    const moved = await moveStore({ dataDir, store: address, ...untold });
    expect(moved.rows).toMatchObject({ alarm: 1, event: 3 });
  });

  test("that another process holds is refused", async () => {
    const address = await (await sharedServer()).database();
    const dataDir = aFolder();
    const held = sqliteStore(dataDir);
    await expect(moveStore({ dataDir, store: address, ...untold })).rejects.toThrow("is held by another Loopgate");
    await held.close();
    const other = await postgresStore(address, { onLost: () => {} });
    await expect(moveStore({ dataDir, store: address, ...untold })).rejects.toThrow("is held by another Loopgate");
    await other.close();
    expect((await moveStore({ dataDir, store: address, ...untold })).rows).toMatchObject({ loop: 0 });
  });

  test("numbers what comes next after what it brought", async () => {
    const address = await (await sharedServer()).database();
    const dataDir = aFolder();
    const store = sqliteStore(dataDir);
    for (let n = 0; n < 1_200; n++) await store.addEvent("2#2", { type: "pull_ready" }, n);
    await store.close();
    await moveStore({ dataDir, store: address, ...untold });
    const moved = await postgresStore(address, { onLost: () => {} });
    await moved.addEvent("2#2", { type: "pull_ready" }, 2_000);
    await moved.close();
    const rows = await (await sharedServer()).ask(address, "select seq, at from loopgate.event order by seq");
    expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 1_201 }, (_, n) => n + 1));
    expect(Number(rows.at(-1)?.at)).toBe(2_000);
  });
});

/** A digest of each row, whichever database tells it: texts as bytes, numbers as numbers, in no order. */
function sorted(rows: readonly unknown[]): string[] {
  const shown = ([name, value]: [string, unknown]) => {
    if (value instanceof Uint8Array) return `${name}=${Buffer.from(value).toString("hex")}`;
    const isNumber = typeof value === "number" || /^\d+$/.test(String(value));
    return `${name}=${isNumber ? Number(value) : Buffer.from(String(value)).toString("hex")}`;
  };
  const digest = (row: unknown) =>
    hash(
      "sha256",
      Object.entries(row as object)
        .map(shown)
        .sort()
        .join(),
    );
  return rows.map(digest).sort();
}

test("the command says what is missing: the file, or the database", async () => {
  const said: string[] = [];
  const tell = (text: string) => void said.push(text);
  const story = await aStory();
  const { id, slug, privateKey } = story.forge.app;
  const env = {
    LOOPGATE_APP_ID: String(id),
    LOOPGATE_APP_SLUG: slug,
    LOOPGATE_PRIVATE_KEY: privateKey,
    LOOPGATE_WEBHOOK_SECRET: webhookSecret,
    LOOPGATE_SEAL_SECRET: "a seal secret of the stories, long enough",
    LOOPGATE_GITHUB_URL: story.forge.url,
    LOOPGATE_DATA: aFolder(),
  };
  expect(await runProgram(["move-store"], { env, out: tell, err: tell })).toBe(1);
  expect(said.join("")).toContain("LOOPGATE_STORE names no database");
  const there = { ...env, LOOPGATE_STORE: "postgres://loopgate@127.0.0.1:1/none" };
  expect(await runProgram(["move-store"], { env: there, out: tell, err: tell })).toBe(1);
  expect(said.join("")).toContain(
    `there is no store ${join(env.LOOPGATE_DATA, "loopgate.sqlite")}. Nothing was moved.`,
  );
});
