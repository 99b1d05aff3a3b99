// The tables in src/loop/README.md are what the machine does.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { phaseTable, presumptionTable } from "./table.ts";

const path = join(import.meta.dirname, "../../src/loop/README.md");

test.each([
  ["phase × event", "table", phaseTable],
  ["effect × presumption", "presumptions", presumptionTable],
])("the %s table is current (UPDATE_DOCS=1 rewrites it)", (_name, mark, make) => {
  const between = new RegExp(`(?<=<!-- ${mark} -->\\n)[\\s\\S]*?(?=<!-- /${mark} -->)`);
  const table = `${make()}\n`;
  const text = readFileSync(path, "utf8");
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      path,
      text.replace(between, () => table),
    );
  expect(readFileSync(path, "utf8").match(between)?.[0]).toBe(table);
});
