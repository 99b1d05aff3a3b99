// What tools report is read where people read: failures with their place, warnings, and how much of the code ran.
import { expect, test } from "vitest";
import { approving, aStory, attempts, brokenShop, mend, minute } from "./world.ts";

const result = (level: string, words: string) => ({
  ruleId: "SC2003",
  level,
  message: { text: words },
  locations: [{ physicalLocation: { artifactLocation: { uri: "total.sh" }, region: { startLine: 3 } } }],
});
const sarif = (level: string, words: string) =>
  JSON.stringify({ version: "2.1.0", runs: [{ tool: { driver: { name: "lint" } }, results: [result(level, words)] }] });

/** A linter that takes \`expr\` for an error and anything else for worth a warning, a test, and what of the code ran. */
const runner = `#!/bin/sh
mkdir -p out
echo '<testsuite name="totals"><testcase name="adds"/></testsuite>' > out/junit.xml
if grep -q expr total.sh
then printf '%s' '${sarif("error", "expr is antiquated @bob")}' > out/lint.sarif
else printf '%s' '${sarif("warning", "no comment here")}' > out/lint.sarif
fi
printf 'SF:total.sh\\nDA:1,0\\nDA:3,1\\nend_of_record\\n' > out/lcov.info
`;

test("JUnit, SARIF and coverage: an error by its file and line, then tests, warnings and lines that ran", async () => {
  const reports = "reports: [out/junit.xml, out/lint.sarif, out/lcov.info]";
  const antiquated = `printf '#!/bin/sh\\n# Adds.\\nexpr $1 + $2\\n' > total.sh`;
  const told = 'grep -q "at: total.sh:3" "$LOOP_DIR/brief.md" && grep -q "SC2003" "$LOOP_DIR/brief.md"';
  const story = await aStory({
    ci: { mode: "off" },
    files: { ...brokenShop, "check.sh": runner },
    policy: `version: 1\nchecks:\n  run:\n    - { name: unit, command: sh check.sh, ${reports} }\n`,
    executor: attempts(antiquated, `${told} && ${mend}`),
    reviewer: approving,
  });
  const issue = await story.startLoop();
  await story.advance(2 * minute);
  const [, red, green] = story.comments(issue);
  expect(red).toContain("check: `unit: SC2003` at `total.sh:3`\n\n```text\nexpr is antiquated @bob\n```");
  expect(green).toContain("| check `unit` | green | `1 test passed. 1 warning. Coverage: 1 of 2 lines.` |");
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
