#!/usr/bin/env bash
# jasmine 7.0.0 with jasmine-reporters 2.5.2 (npm), a spec that would fail, and a filter that matches nothing.
# Expected: an exit code other than 0 (Jest and Vitest have it for no tests found), and no spec that passed in the report.
# Happens: "Ran 0 of 1 spec", exit 0, and the JUnit report has the spec with neither failure nor skip. With one spec focused, those left out look passed as well; the exit code is 2 then.
# Matters: one letter that is wrong in a filter of a build makes every run green, with a report of as many passed tests as there are.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
suite() { grep -o ' tests="[0-9]*" skipped="[0-9]*" disabled="[0-9]*" failures="[0-9]*"' "$1/junit.xml" | tr -d '\n'; }

npm install --no-audit --no-fund --silent jasmine@7.0.0 jasmine-reporters@2.5.2
cat >helper.js <<'JS'
const { JUnitXmlReporter } = require("jasmine-reporters");
jasmine.getEnv().addReporter(new JUnitXmlReporter({ savePath: process.env.OUT, filePrefix: "junit" }));
JS
echo 'describe("shop", () => { it("adds", () => { expect(1).toBe(2); }); });' >shop.spec.js
echo 'describe("shop", () => { it("adds", () => { expect(1).toBe(2); }); fit("taxes", () => { expect(1).toBe(1); }); });' >focused.spec.js
run() { OUT=$1 node_modules/.bin/jasmine --helper=helper.js "${@:2}" >"$1.said" 2>&1; }

code=0; run all shop.spec.js || code=$?
is "exit without a filter" "$code" 3
is "its suite" "$(suite all)" ' tests="1" skipped="0" disabled="0" failures="1"'
code=0; run none --filter=shpo shop.spec.js || code=$?
is "exit with the filter" "$code" 0
is "Jasmine itself" "$(grep '^Ran [0-9]' none.said)" "Ran 0 of 1 spec"
is "its suite" "$(suite none)" ' tests="1" skipped="0" disabled="0" failures="0"'
code=0; run focused focused.spec.js || code=$?
is "exit with a focused spec" "$code" 2
is "its suite" "$(suite focused)" ' tests="2" skipped="0" disabled="0" failures="0"'
