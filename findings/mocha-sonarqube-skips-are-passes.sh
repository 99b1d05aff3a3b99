#!/usr/bin/env bash
# mocha-sonarqube-reporter 1.0.2 with mocha 11.7.5 (npm).
# Expected: a test that was skipped, or has no body yet, has the element `<skipped>` that SonarQube's generic format gives it.
# Happens: it is a `testCase` without any element, as one that passed is; only an empty line inside tells them apart.
# Matters: whoever counts passed tests by this report counts those that never ran.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent --ignore-scripts mocha@11.7.5 mocha-sonarqube-reporter@1.0.2
cat >sums.js <<'J'
describe("sums", () => {
  it("adds", () => {});
  it.skip("subtracts", () => {});
  it("divides");
});
J
is "mocha's own count" "$(node_modules/.bin/mocha sums.js --reporter json | node -p 'const { stats } = JSON.parse(require("fs").readFileSync(0)); `${stats.passes} passed, ${stats.pending} pending`')" "1 passed, 2 pending"
node_modules/.bin/mocha sums.js --reporter mocha-sonarqube-reporter --reporter-options output=report.xml
is "test cases in the report" "$(grep -c '<testCase ' report.xml)" 3
is "elements inside them" "$(grep -cE '<(skipped|failure|error)' report.xml || true)" 0
