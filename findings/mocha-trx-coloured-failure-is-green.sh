#!/usr/bin/env bash
# mocha-trx-reporter 3.3.1 with mocha 11.8.0 (npm).
# Expected: a run with a failed test exits non-zero, whatever its message holds; a failed `after` hook is a failed run.
# Happens: where the message has a terminal's colour in it, as those of many assertion libraries do, no file is written, no word is said, and the exit code is 0.
# A failed `after` hook is outcome="Completed" and failed="0" in the file, exit 1.
# Matters: a red run is green for the job, and where an older file lies there, for its readers as well.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
npm install --no-audit --no-fund --silent mocha-trx-reporter@3.3.1 mocha@11.8.0
run() { code=0; npx mocha --reporter mocha-trx-reporter --reporter-options "output=$1.trx" "$1.cjs" >words 2>&1 || code=$?; }
echo 'it("sells", () => { throw new Error("expected 1"); });' >plain.cjs
echo 'it("sells", () => { throw new Error("expected \u001b[32m1\u001b[39m"); });' >coloured.cjs
echo 'it("sells", () => {}); after(() => { throw new Error("leak"); });' >hook.cjs
run plain
is "a plain message: exit, file" "$code, $(ls plain.trx)" "1, plain.trx"
run coloured
is "a coloured one: exit, files, words" "$code, $(find . -maxdepth 1 -name coloured.trx | wc -l), $(wc -c <words)" "0, 0, 0"
run hook
is "a failed hook: exit, outcome, failed" "$code, $(grep -oE '<ResultSummary outcome="[A-Za-z]+"' hook.trx), $(grep -oE ' failed="[0-9]+"' hook.trx)" '1, <ResultSummary outcome="Completed",  failed="0"'
