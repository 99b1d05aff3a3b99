#!/usr/bin/env bash
# sarif-junit 1.1.4 (npm), which turns SARIF into a JUnit report.
# Expected: a result without `level` has that of its rule, else "warning" (SARIF 2.1.0, 3.27.10); what was suppressed does not fail; a file that cannot be turned is an error.
# Happens: a result without `level` is a passed test, also when its rule says "error"; a suppressed one is a failure; with one message given by its id nothing is written, exit 0.
# Matters: analysers that leave the level to the rule are green whatever they find, and after a run that wrote nothing the next step reads the report of the run before.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent sarif-junit@1.1.4
cat >ask.mjs <<'J'
import { writeFileSync } from "node:fs";
const locations = [{ physicalLocation: { artifactLocation: { uri: "a.js" }, region: { startLine: 3 } } }];
const write = (name, results) => writeFileSync(name, JSON.stringify({ version: "2.1.0", runs: [{ tool: { driver: { name: "t", rules: [
  { id: "r", defaultConfiguration: { level: "error" }, messageStrings: { default: { text: "bad" } } },
] } }, results: results.map((one) => ({ ruleId: "r", message: { text: "bad" }, locations, ...one })) }] }));
write("level.sarif", [{ level: "error" }]);
write("rule.sarif", [{}]);
write("none.sarif", [{ ruleId: "unlisted" }]);
write("suppressed.sarif", [{ level: "error", suppressions: [{ kind: "inSource" }] }]);
write("id.sarif", [{ level: "error", message: { id: "default" } }]);
J
node ask.mjs
failures() { node_modules/.bin/sarif-junit -i "$1.sarif" -o "$1.xml" >/dev/null && sed -n 's/.*<testsuites.* failures="\([0-9]*\)".*/\1/p' "$1.xml"; }
is "failures of a result with the level error" "$(failures level)" 1
is "failures of one whose rule has the level error" "$(failures rule)" 0
is "failures of one without any level" "$(failures none)" 0
is "failures of a suppressed one" "$(failures suppressed)" 1
code=0; node_modules/.bin/sarif-junit -i id.sarif -o id.xml >/dev/null 2>&1 || code=$?
is "a message given by its id" "exit $code, $(ls id.xml 2>/dev/null | wc -l | tr -d ' ') files" "exit 0, 0 files"
