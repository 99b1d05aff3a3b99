#!/usr/bin/env bash
# bun 1.4.4 (npm), bun test --reporter=junit: one describe with a test that passes, another whose body throws after it has declared a test.
# Expected: the JUnit has an error, or a failure, for the suite that was lost; bun has one for a hook that throws after all tests.
# Happens: exit 1 and "1 error" on the terminal, but the JUnit is that of one test which passed: failures="0", and neither the suite nor its test is in it.
# Matters: whoever reads the report alone sees green, with tests that never ran left out.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
run() { node_modules/.bin/bun test "./$1.test.ts" --reporter=junit --reporter-outfile="$1.xml" >"$1.said" 2>&1; }
count() { grep -c "$2" "$1.xml" || true; }

npm install --no-audit --no-fund --silent bun@1.4.4
cat >suite.test.ts <<'TS'
import { describe, expect, test } from "bun:test";
describe("totals", () => { test("adds", () => expect(2 + 2).toBe(4)); });
describe("prices", () => {
  test("rounds", () => expect(Math.round(1.5)).toBe(2));
  throw new Error("no price list");
});
TS
cat >hook.test.ts <<'TS'
import { afterAll, expect, test } from "bun:test";
test("adds", () => expect(2 + 2).toBe(4));
afterAll(() => { throw new Error("cannot close"); });
TS

code=0; run hook || code=$?
is "exit where a hook throws" "$code" 1
is "failures of it in the JUnit" "$(count hook '<failure')" 1
code=0; run suite || code=$?
is "exit where a describe throws" "$code" 1
is "its word on the terminal" "$(grep -c '^ 1 error' suite.said)" 1
is "failures of it in the JUnit" "$(count suite '<failure')" 0
is "errors of it in the JUnit" "$(count suite '<error')" 0
is "tests in the JUnit" "$(count suite '<testcase')" 1
is "the suite that was lost" "$(count suite 'prices')" 0
