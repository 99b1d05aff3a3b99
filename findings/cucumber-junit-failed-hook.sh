#!/usr/bin/env bash
# cucumber-junit 1.7.1 (npm), which makes JUnit of the JSON that Cucumber writes.
# Expected: a scenario whose Before hook failed, or whose step fits two definitions, is a failure: Cucumber's run with them is red.
# Happens: hooks are left out, so that of the first only skipped steps remain; a step that is "ambiguous" has passed; a step without a definition is skipped.
# Each has failures="0", and the exit is 0.
# Matters: the database that every Before hook could not reach makes a report in which nothing failed.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent cucumber-junit@1.7.1
ask() { # the steps of one scenario
  printf '[{"uri":"a.feature","id":"f","keyword":"Feature","name":"F","line":1,"elements":[{"id":"f;s","keyword":"Scenario","name":"S","line":2,"type":"scenario","steps":[%s]}]}]' "$1" |
    node_modules/.bin/cucumber-junit >report.xml
  grep -oE 'tests="[^>]*"|<(failure|skipped|error)' report.xml | tr '\n' ' '
}
step='"keyword":"Given ","name":"a step","line":3'
is "a step that failed" "$(ask "{$step,\"result\":{\"status\":\"failed\",\"error_message\":\"broken\"}}")" 'tests="1" failures="1" skipped="0" <failure '
is "a Before hook that failed" "$(ask "{\"keyword\":\"Before\",\"hidden\":true,\"result\":{\"status\":\"failed\",\"error_message\":\"broken\"}},{$step,\"result\":{\"status\":\"skipped\"}}")" 'tests="1" failures="0" skipped="1" <skipped '
is "an ambiguous step" "$(ask "{$step,\"result\":{\"status\":\"ambiguous\"}}")" 'tests="1" failures="0" skipped="0" '
is "an undefined step" "$(ask "{$step,\"result\":{\"status\":\"undefined\"}}")" 'tests="1" failures="0" skipped="1" <skipped '
