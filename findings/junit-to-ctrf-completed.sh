#!/usr/bin/env bash
# junit-to-ctrf 0.0.14 (npm).
# Expected: where no report is found, or a suite failed by itself, the result is not a good one; "1,234.5", as Surefire writes it, is 1234.5 seconds.
# Happens: of a pattern that no file matches it says "Conversion completed successfully", exit 0, and writes nothing, so that an older report
# stays; a suite's own `<error>` is dropped, and its summary has no failure; the time is one second.
# Matters: a step that converts and uploads shows the last run's numbers, or a green one of a suite whose tear-down failed.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent junit-to-ctrf@0.0.14
convert() {
  local code=0
  node_modules/.bin/junit-to-ctrf "$1" -o "$2" -t any >said 2>errors || code=$?
  echo "exit $code: $(tail -1 said)"
}
echo old >report.json
is "of no file" "$(convert 'none*.xml' report.json)" "exit 0: Conversion completed successfully."
is "what stands in the report" "$(cat report.json)" "old"
echo '<testsuites><testsuite name="s" tests="1" errors="1"><testcase name="a" time="1,234.5"/><error message="tear-down"/></testsuite></testsuites>' >suite.xml
is "of a suite with an error of its own" "$(convert suite.xml suite.json)" "exit 0: Conversion completed successfully."
is "tests, passed, failed and milliseconds" "$(node -p 'const { summary, tests } = require("./suite.json").results; `${summary.tests} ${summary.passed} ${summary.failed} ${tests[0].duration}`')" "1 1 0 1000"
