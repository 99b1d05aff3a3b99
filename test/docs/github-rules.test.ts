// docs/github-rules.md has a row for every rule that GitHub's schema knows, and each row's test is there. UPDATE_DOCS=1 rewrites the page.
import { readFileSync, writeFileSync } from "node:fs";
import { schema } from "@octokit/graphql-schema";
import { expect, test } from "vitest";
import { type Row, ruleRows, rulesTable, settingRows } from "./github-rules.ts";

const rowsOf = (rows: Readonly<Record<string, Row>>) => Object.entries(rows);

test("every type of rule in GitHub's schema has a row, and no other", () => {
  const [, body = ""] = /^enum RepositoryRuleType \{([\s\S]*?)^\}/m.exec(schema.idl) ?? [];
  const types = body.replace(/"""[\s\S]*?"""/g, "").match(/\b[A-Z_]{3,}\b/g) ?? [];
  expect(types.length).toBeGreaterThan(20);
  expect(Object.keys(ruleRows).sort()).toEqual([...types].sort());
});

test.each([...rowsOf(ruleRows), ...rowsOf(settingRows)])("the test that the row %s names is there", (_, { shown }) => {
  if (shown === null) return;
  expect(readFileSync(new URL(`../../${shown.file}`, import.meta.url), "utf8")).toContain(shown.title);
});

test("the page is current", () => {
  const page = new URL("../../docs/github-rules.md", import.meta.url);
  const text = readFileSync(page, "utf8");
  const between = /(?<=<!-- generated: rules -->\n\n)[\s\S]*(?=\n<!-- end: rules -->)/;
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      page,
      text.replace(between, () => rulesTable()),
    );
  expect(readFileSync(page, "utf8").match(between)?.[0]).toBe(rulesTable());
});
