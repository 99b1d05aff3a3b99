#!/usr/bin/env bash
# c8 12.0.0 and nyc 18.0.0 (npm), `--check-coverage --lines 100`.
# Expected: where no file was measured, since the pattern fits none or no test loads any, a threshold of 100 % is not met.
# Happens: the table says 0 % for all files, and the exit code is 0.
# Matters: a source folder that is renamed, or a suite that loads nothing of it any more, leaves the coverage gate green for ever.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
code() { local code=0; "$@" >/dev/null 2>&1 || code=$?; echo "$code"; }

npm install --no-audit --no-fund --silent --ignore-scripts c8@12.0.0 nyc@18.0.0
mkdir src
echo 'exports.total = (list) => list.length' >src/total.js
echo 'console.log("a suite that loads nothing")' >suite.js
export NODE_DISABLE_COLORS=1
total() { "$@" 2>/dev/null | grep '^All files' | awk -F'|' '{ gsub(/ /, "", $5); print $5 }'; }
for tool in c8 nyc; do
  run=("node_modules/.bin/$tool" --check-coverage --lines 100 --include 'src/**' node suite.js)
  is "$tool: lines, exit" "$(total "${run[@]}") $(code "${run[@]}")" "0 0"
done
is "c8 --all, which counts files that nothing loads" "$(code node_modules/.bin/c8 --all --check-coverage --lines 100 --include 'src/**' node suite.js)" 1
