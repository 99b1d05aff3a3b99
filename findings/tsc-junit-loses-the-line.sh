#!/usr/bin/env bash
# tsc-junit 1.1.1 (npm), which reads what `tsc` prints.
# Expected: an error stands in the report with its line and column; what cannot be read is an exit other than 0; no output is a report without a failure.
# Happens: `src/a.ts(3,5)` is "src/a.ts:5:5": the column stands where the line was. An error without a file (TS18003), one in a folder with round brackets,
# as in `app/(auth)/page.ts`, are "Cannot parse input" and no report, exit 0; no output at all, which is what a clean run prints, is no report without a word.
# Matters: in a pipe the exit of tsc is lost as well, so that code that does not compile is a green step without a report, like one that does.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent tsc-junit@1.1.1
ask() {
  rm -f report.xml
  local code=0
  printf "$1" | node_modules/.bin/tsc-junit -o report.xml >said 2>&1 || code=$?
  echo "exit $code, $(if [ -e report.xml ]; then grep -o 'classname="[^"]*"' report.xml || echo 'a report without a test'; else grep -o 'Cannot parse input' said || echo 'no word and no report'; fi)"
}
is "an error" "$(ask "src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.\n")" 'exit 0, classname="src/a.ts:5:5"'
is "an error without a file" "$(ask "error TS18003: No inputs were found in config file 'tsconfig.json'.\n")" "exit 0, Cannot parse input"
is "a folder with brackets" "$(ask "app/(auth)/page.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.\n")" "exit 0, Cannot parse input"
is "no output" "$(ask '')" "exit 0, no word and no report"
is "an empty line" "$(ask '\n')" "exit 0, a report without a test"
