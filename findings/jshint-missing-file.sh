#!/usr/bin/env bash
# jshint 2.13.6 (npm) with --reporter=checkstyle, given a clean file and a path that does not exist.
# Expected: the report names the file that could not be read, or at least the exit is not 0.
# Happens: the exit is 0 and the XML is the same to the byte as for the clean file alone; only standard error speaks. The missing file alone does it too.
# Matters: report and exit together say "no findings" for a file that nobody looked at: a renamed folder passes the lint step for good.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent jshint@2.13.6
echo 'var a = 1;' >clean.js
code=0; npx jshint --reporter=checkstyle clean.js >alone.xml || code=$?
is "exit for the clean file" "$code" 0
code=0; npx jshint --reporter=checkstyle clean.js missing.js >both.xml 2>words || code=$?
is "exit with the missing file" "$code" 0
is "lines on standard error that name it" "$(grep -c missing.js words)" 1
is "reports are the same" "$(cmp -s alone.xml both.xml && echo yes || echo no)" yes
is "mentions of the missing file in the report" "$(grep -c missing both.xml || true)" 0
code=0; npx jshint --reporter=checkstyle missing.js >none.xml 2>words || code=$?
is "exit for the missing file alone" "$code" 0
