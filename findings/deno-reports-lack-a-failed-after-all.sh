#!/usr/bin/env bash
# deno 2.9.3 (npm), deno test with --reporter=junit and --reporter=tap: a test that passes, and a Deno.test.afterAll that throws.
# Expected: the report has the failure, as it has that of a test.
# Happens: exit 1, and both reports are green: one test that passed, failures="0" errors="0", no "not ok". What failed, and why, is in neither.
# Matters: a clean-up that fails leaves a red job whose report says that nothing is wrong.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export DENO_DIR="$folder/deno" NO_COLOR=1
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
run() { node_modules/.bin/deno test "--reporter=$1" "$2_test.ts" >"$2.$1" 2>/dev/null; }
count() { grep -c "$2" "$1" || true; }

npm install --no-audit --no-fund --silent deno@2.9.3
echo 'Deno.test("adds", () => { throw new Error("no"); });' >red_test.ts
cat >after_test.ts <<'TS'
Deno.test.afterAll(() => { throw new Error("cannot close"); });
Deno.test("adds", () => { if (2 + 2 !== 4) throw new Error("no"); });
TS

for reporter in junit tap; do
  code=0; run "$reporter" red || code=$?
  is "exit of a test that fails, $reporter" "$code" 1
  code=0; run "$reporter" after || code=$?
  is "exit where afterAll throws, $reporter" "$code" 1
done
is "failures of the test in the JUnit" "$(count red.junit '<failure')" 1
is "failures of afterAll in the JUnit" "$(count after.junit '<failure')" 0
is "its total of errors" "$(grep -o 'failures="0" errors="0"' after.junit | head -n 1)" 'failures="0" errors="0"'
is "not ok of the test in the TAP" "$(count red.tap '^not ok')" 1
is "not ok of afterAll in the TAP" "$(count after.tap '^not ok')" 0
is "ok in it" "$(count after.tap '^ok 1')" 1
is "cause anywhere in it" "$(count after.tap 'cannot close')" 0
