#!/usr/bin/env bash
# nightwatch 3.16.0 (npm), unit tests without a browser: a file in which two tests have one name, both of which would fail.
# Expected: exit 1, as for a file that cannot be loaded: what is wrong is called an error, "please fix".
# Happens: the file is disabled, the run is exit 0, and its JUnit has failures="0" errors="0". A file that requires a missing module is an exit code other than 0.
# Matters: a test copied without a new name switches off its whole file, and the build stays green.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
run() { node_modules/.bin/nightwatch --config nightwatch.conf.js --reporter junit --output "$1" "tests/$1.js" >"$1.said" 2>&1; }
attribute() { grep -o " $2=\"[0-9]*\"" "$1/$1.xml" | head -n 1; }

npm install --no-audit --no-fund --silent nightwatch@3.16.0
mkdir tests
echo 'module.exports = { src_folders: ["tests"], unit_tests_mode: true, test_settings: { default: { unit_tests_mode: true } } };' >nightwatch.conf.js
echo 'describe("shop", () => { it("adds", () => { throw new Error("no"); }); });' >tests/one.js
echo 'describe("shop", () => { it("adds", () => { throw new Error("no"); }); it("adds", () => { throw new Error("no"); }); });' >tests/two.js
echo 'require("./gone"); describe("shop", () => { it("adds", () => {}); });' >tests/broken.js

code=0; run one || code=$?
is "exit of one test that fails" "$code" 5
code=0; run broken || code=$?
is "exit of a file that cannot be loaded" "$code" 10
code=0; run two || code=$?
is "exit of two of one name" "$code" 0
is "its word" "$(grep -c 'This testsuite has been disabled' two.said)" 1
is "failures in its JUnit" "$(attribute two failures)" ' failures="0"'
is "errors in its JUnit" "$(attribute two errors)" ' errors="0"'
