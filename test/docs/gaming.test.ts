// docs/gaming.md lists every rule with every example of fixtures/gaming. UPDATE_DOCS=1 rewrites the page.
import { expect, test } from "vitest";
import { ruleNames } from "../../src/verify/gaming/find.ts";
import { ruleWords } from "../../src/verify/gaming/told.ts";
import { type Case, readCases } from "../verify/gaming/cases.ts";
import { part } from "./part.ts";

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
  const made = sections.join("\n");
  expect(part("docs/gaming.md", "gaming", made)).toBe(made);
});
