#!/usr/bin/env bash
# junit-report-merger 9.0.4 and junit-merge 2.0.0 (npm): one report that is whole, and one that ends after the first of nine tests, as of a runner that was killed.
# Expected: the second report, which no XML parser takes, is refused, or marked in the result.
# Happens: both close what is open and take it as whole: exit 0, a report without a failure. junit-report-merger says "2 files processed", counts a test that the
# cut report announced as run, takes an empty file for a report, and writes an empty report, exit 0, when its pattern matches no file.
# Matters: the shard that broke down is green, with as many tests as it had announced, and the tests that it never came to are missing from nothing.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent junit-report-merger@9.0.4 junit-merge@2.0.0
echo '<testsuites><testsuite name="one" tests="1" failures="0"><testcase name="adds" classname="one"/></testsuite></testsuites>' >one.xml
printf '%s' '<testsuites><testsuite name="two" tests="9" failures="0"><testcase name="loads" classname="two"/>' >two.xml
: >empty.xml
told() { node -p 'const xml = require("fs").readFileSync(process.argv[1], "utf8"); `${[...xml.matchAll(/<testsuite name="(\w+)" tests="(\d)" failures="0"/g)].map(([, name, tests]) => `${name} ${tests}`).join(", ")}; ${[...xml.matchAll(/<testcase name="(\w+)"/g)].map(([, name]) => name).join(", ")}; ${/<(failure|error)\b/.test(xml) ? "red" : "green"}`' "$1"; }
is "junit-report-merger" "$(npx jrm merged.xml one.xml two.xml)" "Done. 2 files processed."
is "what it has" "$(told merged.xml)" "one 1, two 9; adds, loads; green"
is "an empty file" "$(npx jrm some.xml one.xml empty.xml)" "Done. 2 files processed."
code=0
npx jrm none.xml 'no-such-*.xml' >/dev/null 2>&1 || code=$?
is "no file" "$(tail -n 1 none.xml), exit $code" "<testsuites></testsuites>, exit 0"
npx junit-merge -o second.xml one.xml two.xml >/dev/null
is "junit-merge" "$(told second.xml)" "one 1, two 9; adds, loads; green"
