#!/usr/bin/env bash
# playwright-ctrf-json-reporter 0.0.29 with @playwright/test 1.65.1 (npm; no browser is needed).
# Expected: a test under `test.fail` that passes is in the report as failed, one that fails as it has to is not counted as failed: so Playwright itself.
# Happens: tried again, the first is written as passed and flaky; the summary counts the other as failed, though its own list has it as passed.
# Matters: a red run has no failed test in its list, a green run (exit 0) has "failed: 1"; both signs of the same report are wrong.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @playwright/test@1.65.1 playwright-ctrf-json-reporter@0.0.29
echo 'module.exports = { retries: 1, workers: 1, reporter: [["line"], ["playwright-ctrf-json-reporter", {}]] };' >playwright.config.js
echo 'require("@playwright/test").test.fail("rounds", () => {});' >red.spec.js
echo 'require("@playwright/test").test.fail("rounds", () => { throw new Error("known"); });' >green.spec.js
told() { node -p 'const { summary, tests } = require("./ctrf/ctrf-report.json").results; `${tests.map(({ name, status, flaky }) => `${name} ${status}${flaky ? ", flaky" : ""}`)}; failed: ${summary.failed}`'; }
code=0; node_modules/.bin/playwright test red.spec.js >said 2>&1 || code=$?
is "exit where it passes" "$code" 1
is "the report of it" "$(told)" "rounds passed, flaky; failed: 0"
code=0; node_modules/.bin/playwright test green.spec.js >said 2>&1 || code=$?
is "exit where it fails as it has to" "$code" 0
is "the report of that" "$(told)" "rounds passed; failed: 1"
