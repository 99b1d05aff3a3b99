// docs/github-rules.md has a row for every rule that GitHub's schema knows, and each row's test is there. UPDATE_DOCS=1 rewrites the page.
import { readFileSync } from "node:fs";
import { schema } from "@octokit/graphql-schema";
import { expect, test } from "vitest";
import { type Row, ruleRows, rulesTable, settingRows } from "./github-rules.ts";
import { part } from "./part.ts";

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
  expect(part("docs/github-rules.md", "rules", rulesTable())).toBe(rulesTable());
});
