// docs/gaming.md lists every rule with every example of fixtures/gaming. UPDATE_DOCS=1 rewrites the page.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ruleNames } from "../../src/verify/gaming/find.ts";
import { ruleWords } from "../../src/verify/gaming/told.ts";
import { type Case, readCases } from "../verify/gaming/cases.ts";

const cell = (cases: readonly Case[]) => cases.map(({ title }) => title.replaceAll("|", "\\|")).join("; ");

function section(rule: (typeof ruleNames)[number], cases: readonly Case[]): string {
  const families = [...new Set(cases.map(({ family }) => family))];
  const rows = families.map((family) => {
    const own = cases.filter((one) => one.family === family);
    return `| ${family} | ${cell(own.filter(({ isTrue }) => isTrue))} | ${cell(own.filter(({ isTrue }) => !isTrue))} |`;
  });
  const head = `### ${ruleWords[rule].title} (\`${rule}\`)`;
  return [head, "", "| | found | let be |", "|---|---|---|", ...rows, ""].join("\n");
}

test("the page has every rule with all its examples", () => {
  const cases = readCases();
  const sections = ruleNames.map((rule) =>
    section(
      rule,
      cases.filter((one) => one.rule === rule),
    ),
  );
  const page = new URL("../../docs/gaming.md", import.meta.url);
  const between = /(?<=<!-- generated: gaming -->\n\n)[\s\S]*(?=\n<!-- end: gaming -->)/;
  const made = sections.join("\n");
  const text = readFileSync(page, "utf8");
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      page,
      text.replace(between, () => made),
    );
  expect(readFileSync(page, "utf8").match(between)?.[0]).toBe(made);
});
