#!/usr/bin/env bash
# @security-alert/sarif-to-markdown 1.11.1 (npm), sarifToMarkdown with `failOn: ["error"]`.
# Expected: each result stands in the text with its own message and counts by its own level; a rule that names no level is a warning, as SARIF has it.
# Happens: of all results of a rule only the first one's message is told, with the others' places below it, also under those that were suppressed. Only the
# rule's default level counts: where it has none, every result of it is left out, "Nothing here", `hasMessages: false`, also one whose level is "error".
# Matters: the comment says of a leaked key what was found about another line, and of a tool that gives levels with its results that it found nothing.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @security-alert/sarif-to-markdown@1.11.1
cat >ask.cjs <<'J'
const { sarifToMarkdown } = require("@security-alert/sarif-to-markdown");
const result = (text, uri, more) => ({
  ruleId: "R1",
  ruleIndex: 0,
  level: "error",
  message: { text },
  locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 3 } } }],
  ...more,
});
const run = (rule, results) => ({ tool: { driver: { name: "T", rules: [{ id: "R1", shortDescription: { text: "rule" }, ...rule }] } }, results });
const runs = [
  run({ defaultConfiguration: { level: "error" } }, [
    result("first word", "a.ts"),
    result("second word", "b.ts"),
    result("third word", "c.ts", { suppressions: [{ kind: "inSource" }] }),
  ]),
  run({}, [result("fourth word", "d.ts")]),
  run({ defaultConfiguration: { level: "note" } }, [result("fifth word", "e.ts")]),
];
const options = { title: "t", owner: "o", repo: "r", branch: "main", sourceRoot: "", failOn: ["error"] };
for (const { body, hasMessages, shouldFail } of sarifToMarkdown(options)({ version: "2.1.0", runs })) {
  const found = [...body.split("## Rules")[0].matchAll(/\w+ word|[a-e]\.ts|Nothing here/g)].map(([text]) => text);
  console.log(`messages ${hasMessages}, fails ${shouldFail}: ${found.join(", ")}`);
}
J
mapfile -t saw < <(node ask.cjs)
is "three results of a rule" "${saw[0]}" "messages true, fails true: first word, a.ts, b.ts, first word, c.ts"
is "an error of a rule without a level" "${saw[1]}" "messages false, fails false: Nothing here, Nothing here"
is "an error of a rule whose level is note" "${saw[2]}" "messages true, fails false: fifth word, e.ts, Nothing here"
