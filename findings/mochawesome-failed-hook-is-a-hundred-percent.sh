#!/usr/bin/env bash
# mochawesome 8.1.1 with mocha 12.0.3 (npm), a test that passes and an `after` hook that throws.
# Expected: the report's totals count the failure somewhere: Mocha itself does, and exits 1.
# Happens: stats say failures 0 and passPercent 100; the failed hook is counted as "other" and stands in the tree's afterHooks alone. With --dry-run, a test that would fail is a pass of 100 percent, too.
# Matters: dashboards, badges and merged reports read the totals: a run that ended red is shown as wholly green.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
stat() { node -p "JSON.parse(require('fs').readFileSync('$1/mochawesome.json', 'utf8')).stats.$2"; }
run() { npx mocha --reporter mochawesome --reporter-options "reportDir=$1,html=false,quiet=true" "${@:2}" >words 2>&1; }

npm install --no-audit --no-fund --silent mochawesome@8.1.1 mocha@12.0.3
cat >hook.cjs <<'JS'
describe("shop", () => {
  it("adds", () => {});
  after(() => { throw new Error("cannot clean"); });
});
JS
code=0; run hook hook.cjs || code=$?
is "exit with a failed hook" "$code" 1
is "failures" "$(stat hook failures)" 0
is "passPercent" "$(stat hook passPercent)" 100
is "other" "$(stat hook other)" 1
echo 'it("fails", () => { throw new Error("no"); });' >red.cjs
code=0; run dry --dry-run red.cjs || code=$?
is "exit of a dry run" "$code" 0
is "its passes" "$(stat dry passes)" 1
is "its passPercent" "$(stat dry passPercent)" 100
