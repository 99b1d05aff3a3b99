#!/usr/bin/env bash
# @hapi/lab 26.0.1 (npm), its JSON and JUnit reports and a filter.
# Expected: a report tells a skipped test and one that is only planned from one that passed; a filter that matches no test is an error.
# Happens: in the JSON a skipped and a planned test are as the passed one, with `"err": false` and nothing else. In the JUnit they are skipped, but a failed test
# is one of `failures` of the whole and one of `errors` of its suite, and `<` in its trace is the text `&lt;`. `--grep` without a match is exit 0.
# Matters: who reads the JSON counts what did not run as passed, and a filter with a slip of the pen is a green run.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @hapi/lab@26.0.1
cat >tried.cjs <<'J'
const { it, describe } = (exports.lab = require("@hapi/lab").script());
describe("adds", () => it("passes", () => {}));
it.skip("skipped", () => { throw new Error("ran"); });
it("planned");
it("fails", () => { throw new Error("<no>"); });
J
npx lab -l -r json tried.cjs >report.json || true
is "the JSON" "$(node -p 'Object.values(require("./report.json").tests).flat().map(({ title, duration, ...rest }) => `${title} ${JSON.stringify(rest)}`).sort().join(", ")')" \
  'fails {"err":"<no>"}, passes {"err":false}, planned {"err":false}, skipped {"err":false}'
npx lab -l -r junit tried.cjs >report.xml || true
is "the whole" "$(grep -o '<testsuites [^>]*failures="1"' report.xml)" '<testsuites tests="4" errors="0" failures="1"'
is "its suite" "$(grep -o '<testsuite name[^>]*errors="1"' report.xml)" '<testsuite name="" tests="3" skipped="2" errors="1"'
is "the trace" "$(grep -o 'CDATA.*' report.xml)" "CDATA[Error: &lt;no&gt;"
code=0
npx lab -l --grep nothing tried.cjs >out || code=$?
is "a filter that matches nothing" "$(grep -o '. tests complete' out), exit $code" "0 tests complete, exit 0"
