#!/usr/bin/env bash
# node --test 24.21.0, mocha 12.0.3 and jest 30.5.2 (npm), a file whose second test runs code that calls `process.exit(0)`; the third would fail.
# Expected: a file that ends before its tests have ended is a failure: two of them never told how they went.
# Happens: exit 0 for all three. Node reports one passed test with the file's name, in its JUnit too; mocha prints nothing; jest writes no report.
# Matters: a command-line tool that ends itself under test turns the whole suite green, and a report of "1 passed, 0 failed" stands behind it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent node@24.21.0 mocha@12.0.3 jest@30.5.2
export PATH="$folder/node_modules/.bin:$PATH" NODE_DISABLE_COLORS=1
cat >total.test.js <<'J'
const it = globalThis.it ?? require("node:test").it;
it("one", () => {});
it("two", () => process.exit(0));
it("three", () => {
  throw new Error("wrong");
});
J
is "node --version" "$(node --version)" v24.21.0
code=0; node --test --test-reporter=tap total.test.js >node.tap || code=$?
is "node --test, exit" "$code" 0
is "node --test, passed and failed" "$(sed -n 's/^# \(pass\|fail\) /\1 /p' node.tap | xargs)" "pass 1 fail 0"
code=0; node --test --test-reporter=junit total.test.js >node.xml || code=$?
is "its JUnit: test cases, failures, exit" "$(grep -c '<testcase' node.xml) $(grep -c '<failure' node.xml || true) $code" "1 0 0"
code=0; mocha --reporter xunit total.test.js >mocha.xml 2>&1 || code=$?
is "mocha, bytes of its report and exit" "$(wc -c <mocha.xml | tr -d ' ') $code" "0 0"
code=0; jest --json --outputFile=jest.json >/dev/null 2>&1 || code=$?
is "jest, reports written and exit" "$(find . -maxdepth 1 -name jest.json | wc -l | tr -d ' ') $code" "0 0"
