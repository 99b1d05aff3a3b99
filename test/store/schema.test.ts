// Both databases hold the same: every table and column of one is in the other.
import { expect, test } from "vitest";
import { tables as inPostgres } from "../../src/store/postgres/schema.ts";
import { tables as inSqlite } from "../../src/store/sqlite/schema.ts";

/** Columns by table, and the indexes as they are made; `earlier_delivery` is of SQLite's past, `opening` and `arrival` are for several processes. */
function shapeOf(sql: string): Record<string, string[]> {
  const shape: Record<string, string[]> = {};
  for (const [, name = "", body = ""] of sql.matchAll(
    /create table (\w+) \(\n?(.*?)\n?\)(?: strict)?(?:, without rowid)?;/gs,
  )) {
    const parts = body.replace(/\([^)]*\)/g, "").split(",");
    shape[name] = parts.map((part) => part.trim().split(/\s/)[0] ?? "").filter((word) => word !== "primary");
  }
  for (const [, table = "", column = ""] of sql.matchAll(/alter table (\w+) add column (\w+)/g))
    shape[table]?.push(column);
  const { earlier_delivery: _, opening: __, arrival: ___, ...rest } = shape;
  const indexes = [...sql.matchAll(/create index [^;]+;/g)].map(([index]) => index);
  return { ...rest, indexes: indexes.filter((index) => !index.includes("earlier_delivery")).sort() };
}

test("SQLite and PostgreSQL have the same tables, columns and indexes", () => {
  const [one, other] = [shapeOf(inSqlite), shapeOf(inPostgres)];
  expect(Object.keys(one).length).toBeGreaterThan(8);
  expect(one.loop).toContain("keeps_files");
  expect(other).toEqual(one);
});
