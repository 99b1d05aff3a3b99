#!/usr/bin/env bash
# tap-junit 5.0.4 and tap-xunit 2.4.1 (npm), TAP into JUnit.
# Expected: "Bail out!" is a failed report, a stream that is cut is not a green one, and a test that fails with TODO is no failure.
# Happens: after "Bail out!" both write a report without a failure, exit 0; of two tests of three tap-xunit writes a green report, exit 0. In
# tap-junit a failing TODO is a failure, and a failure is exit 0; in tap-xunit it is skipped.
# Matters: a database that could not be reached after the first test is one passed test to whoever reads the JUnit.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent tap-junit@5.0.4 tap-xunit@2.4.1
printf 'TAP version 13\n1..3\nok 1 - a\nBail out! no database\n' >bail
printf 'TAP version 13\n1..3\nok 1 - a\nok 2 - b\n' >cut
printf 'TAP version 13\n1..2\nok 1 - a\nnot ok 2 - b # TODO later\n' >todo
told() {
  local code=0
  "node_modules/.bin/$1" <"$2" >report || code=$?
  echo "exit $code, tests $(grep -o '<testsuite [^>]*' report | grep -o ' tests="[0-9]*"' | tr -dc 0-9), failures $(grep -o '<testsuite [^>]*' report | grep -o ' failures="[0-9]*"' | tr -dc 0-9)"
}
is "tap-junit after Bail out!" "$(told tap-junit bail)" "exit 0, tests 1, failures 0"
is "tap-xunit after Bail out!" "$(told tap-xunit bail)" "exit 0, tests 1, failures 0"
is "tap-xunit of two tests of three" "$(told tap-xunit cut)" "exit 0, tests 2, failures 0"
is "tap-junit of a failing TODO" "$(told tap-junit todo)" "exit 0, tests 2, failures 1"
is "tap-xunit of a failing TODO" "$(told tap-xunit todo)" "exit 0, tests 2, failures 0"
