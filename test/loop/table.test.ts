// The table in src/loop/README.md is what the machine does.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { phaseTable } from "./table.ts";

const path = join(import.meta.dirname, "../../src/loop/README.md");
const between = /(?<=<!-- table -->\n)[\s\S]*?(?=<!-- \/table -->)/;

test("the phase × event table is current (UPDATE_DOCS=1 rewrites it)", () => {
  const table = `${phaseTable()}\n`;
  const text = readFileSync(path, "utf8");
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      path,
      text.replace(between, () => table),
    );
  expect(readFileSync(path, "utf8").match(between)?.[0]).toBe(table);
});
