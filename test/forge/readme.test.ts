// The forge's table says of each behaviour what shows it: the tests that a row names are there, and a story is among them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "src/forge/README.md"), "utf8");
const [, table = ""] = /\n\| behaviour \|.*\n\|[-|]+\|\n((?:\|.*\n)+)/.exec(page) ?? [];
const rows = table.trim().split("\n");

test("there is a table", () => {
  expect(rows.length).toBeGreaterThan(30);
});

test.each(rows)("%s", (row) => {
  const [, cell = ""] = /\| ([^|]+) \|$/.exec(row) ?? [];
  const [shown, alone = ""] = cell.split(/<br>(?=no story: )/);
  const where = /test\/(?:story|cockpit|cli)\//;
  expect(where.test(cell) || alone !== "", "the App meets it in a story, or the row says why not").toBe(true);
  for (const named of (shown ?? "").split("<br>")) {
    const [, file = "", title = ""] = /^(\S+\.test\.ts): “(.+)”$/.exec(named) ?? [];
    expect(existsSync(join(root, file)) && file !== "", "the row names a file of tests").toBe(true);
    expect(readFileSync(join(root, file), "utf8")).toContain(`"${title}"`);
  }
});
