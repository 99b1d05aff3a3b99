#!/usr/bin/env bash
# test-results-parser 0.4.6 (npm), a reader of JUnit reports that sends summaries to chat rooms.
# Expected: the test cases decide: a report with a failing one is not passed, also where counts are missing (both are optional in practice) or suites are nested.
# Happens: with a failing `<error>` case in a suite that says failures="0" and leaves out `errors` the whole is PASS; without counts it is SKIP with NaN failed; a suite inside a suite is dropped, which leaves SKIP and no test at all.
# Matters: a red run is announced as green or as nothing.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent test-results-parser@0.4.6
cat >ask.cjs <<'J'
const { writeFileSync } = require("node:fs");
const { parse } = require("test-results-parser");
const bad = '<testcase name="b" classname="s" time="0.1"><error message="no"/></testcase>';
const report = (suites) => {
  writeFileSync("r.xml", `<?xml version="1.0"?><testsuites>${suites}</testsuites>`);
  const { status, total, failed } = parse({ type: "junit", files: ["r.xml"] });
  console.log(status, total, failed);
};
report(`<testsuite name="s" tests="2" failures="0"><testcase name="a" classname="s" time="0.1"/>${bad}</testsuite>`);
report(`<testsuite name="s" tests="1">${bad}</testsuite>`);
report(`<testsuite name="outer"><testsuite name="inner" tests="1" failures="0" errors="1">${bad}</testsuite></testsuite>`);
J
mapfile -t saw < <(node ask.cjs)
is "an error beside failures=0: status, total, failed" "${saw[0]}" "PASS 2 0"
is "no counts" "${saw[1]}" "SKIP 1 NaN"
is "nested" "${saw[2]}" "SKIP 0 0"
