#!/usr/bin/env bash
# lcov-parse 1.0.0 (npm), a reader of LCOV files.
# Expected: a report cut before the last end_of_record is an error; `FN:first,last,name`, as lcov 2 writes it, gives the name.
# Happens: the unfinished file is dropped without an error, and with the end line given the function is called "2" and its count (FNDA) is lost.
# Matters: the file that was not covered vanishes and the ratio rises; a function that never ran has no count instead of 0.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent lcov-parse@1.0.0
cat >ask.cjs <<'J'
const read = require("lcov-parse");
read("SF:a.js\nDA:1,1\nLF:1\nLH:1\nend_of_record\nSF:b.js\nDA:1,0\n", (error, files) => console.log(error, files.map((file) => file.file).join()));
read("SF:a.js\nFN:1,2,total\nFNDA:0,total\nend_of_record\n", (error, files) => console.log(error, JSON.stringify(files[0].functions.details)));
J
mapfile -t saw < <(node ask.cjs)
is "files of a cut report" "${saw[0]}" "null a.js"
is "functions with an end line" "${saw[1]}" 'null [{"name":"2","line":1}]'
