#!/usr/bin/env bash
# mocha 11.8.0 (npm), `--dry-run`, with its reporters tap, xunit and json.
# Expected: a test that was only listed is told apart from one that passed, as a skip or by a count of its own.
# Happens: every test is told as passed, also one that fails when it is run: `ok` in TAP, a `testcase` without an element, `passes` in
# the JSON's totals; exit 0.
# Matters: one word in a script, or in .mocharc, makes every suite green; but for a missing duration in the JSON nothing shows it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the runner"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent --ignore-scripts mocha@11.8.0
cat >sums.js <<'J'
describe("sums", () => {
  it("adds", () => {});
  it("subtracts", () => { throw new Error("wrong"); });
});
J
mocha() { local code=0; node_modules/.bin/mocha sums.js --reporter "$@" >report || code=$?; echo "exit $code"; }
is "run" "$(mocha tap), $(grep -c '^not ok' report) not ok" "exit 1, 1 not ok"
is "dry run, tap" "$(mocha tap --dry-run), $(grep -c '^ok' report) ok, $(grep '^# pass' report)" "exit 0, 2 ok, # pass 2"
is "dry run, xunit" "$(mocha xunit --dry-run), $(grep -oE ' (tests|failures|skipped)="[0-9]+"' report | xargs)" "exit 0, tests=2 failures=0 skipped=0"
is "dry run, json" "$(mocha json --dry-run), $(node -p 'const { stats, passes } = JSON.parse(require("fs").readFileSync("report")); `${stats.passes} passes, ${passes.filter(({ duration }) => duration === undefined).length} without a duration`')" "exit 0, 2 passes, 2 without a duration"
