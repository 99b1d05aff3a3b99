#!/usr/bin/env bash
# poku 4.5.0 (npm).
# Expected: a filter that no file or test matches is an error, or says that nothing ran.
# Happens: --filter without a match is exit 0 and not a word; -t without a match counts each file as one that passed: "PASS › 1", exit 0. So does a file without a
# test in it. A failed test in the same file is red when it is chosen.
# Matters: a misspelt filter in a job is green for good.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
npm install --no-audit --no-fund --silent poku@4.5.0
mkdir shop
echo 'import { assert, test } from "poku"; test("sells", () => { assert(false, "no"); });' >shop/a.test.mjs
run() { code=0; npx poku "$@" >words 2>&1 || code=$?; sed -i 's/\x1b\[[0-9;]*m//g' words; }
run shop
is "as it is: exit" "$code" 1
run --filter=nosuch shop
is "--filter: exit, words" "$code, $(tr -d '[:space:]' <words | wc -c)" "0, 0"
run -t=nosuch shop
is "-t: exit, result" "$code, $(grep -oE 'PASS › [0-9]+' words)" "0, PASS › 1"
echo 'import "poku";' >shop/a.test.mjs
run shop
is "no test: exit, result" "$code, $(grep -oE 'PASS › [0-9]+' words)" "0, PASS › 1"
