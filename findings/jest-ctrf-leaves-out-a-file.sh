#!/usr/bin/env bash
# jest-ctrf-json-reporter 0.0.11 with jest 30.5.2 (npm).
# Expected: a file of tests that cannot be loaded is in the report, as Jest shows it: "Test Suites: 1 failed".
# Happens: it is nowhere. The report has one test, which passed, and failed: 0; the exit code is 1.
# Matters: tools that take the report for the run (the summaries that CTRF is made for) show green.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent jest@30.5.2 jest-ctrf-json-reporter@0.0.11
echo '{"name":"shop","version":"1.0.0","private":true}' >package.json
echo 'test("adds", () => {});' >cart.test.js
echo 'require("./gone"); test("taxes", () => {});' >tax.test.js
code=0; node_modules/.bin/jest --rootDir "$folder" --reporters default --reporters jest-ctrf-json-reporter >said 2>&1 || code=$?
is "exit" "$code" 1
is "Jest itself" "$(grep '^Test Suites:' said)" "Test Suites: 1 failed, 1 passed, 2 total"
is "the report" "$(node -p 'const { summary, tests } = require("./ctrf/ctrf-report.json").results; `${summary.tests} test, ${summary.failed} failed, in ${tests.map(({ filePath }) => require("path").basename(filePath))}`')" "1 test, 0 failed, in cart.test.js"
