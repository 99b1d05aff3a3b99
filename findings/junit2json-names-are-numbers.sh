#!/usr/bin/env bash
# junit2json 4.0.0 (npm), the reader of JUnit reports.
# Expected: `name`, `classname` and a failure's `message` are texts; `tests` and `time` are numbers.
# Happens: a name that is a number is turned into one: "404" is 404, "007" is 7, and "1e5" is 1. In the same report "12px" stays a text.
# Matters: rows of a table ("1e5", "1") become one test, so a red one is overwritten by a green one, and a comparison with the name in another report never holds.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent junit2json@4.0.0
cat >ask.mjs <<'J'
import { parse } from "junit2json";
const names = ["404", "007", "1e5", "1", "12px"];
const { testcase } = await parse(`<testsuite name="s">${names.map((name) => `<testcase name="${name}" time="0.1"/>`).join("")}</testsuite>`);
console.log(JSON.stringify(testcase.map(({ name }) => name)));
J
is "names 404, 007, 1e5, 1, 12px" "$(node ask.mjs)" '[404,7,1,1,"12px"]'
