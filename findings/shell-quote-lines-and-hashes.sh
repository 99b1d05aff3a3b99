#!/usr/bin/env bash
# shell-quote 1.12.0 (npm), which splits a command as a shell would and tells operators apart from words.
# Expected: a line's end parts two commands as `;` does, and `#` begins a comment only at the start of a word.
# Happens: two lines are one command, with no operator between them; `tests/a#b.js --bail` is the word tests/a and a comment.
# Matters: a step of two lines is run or judged as the first command with the second for arguments; a path with a hash loses its end and every option after it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent shell-quote@1.12.0
words() { node -p 'JSON.stringify(require("shell-quote").parse(process.argv[1]))' "$1"; }
is "two commands with ;" "$(words 'npm ci; npm test')" '["npm","ci",{"op":";"},"npm","test"]'
is "two commands on two lines" "$(words $'npm ci\nnpm test')" '["npm","ci","npm","test"]'
is "the shell on a#b" "$(sh -c 'echo tests/a#b.js --bail')" "tests/a#b.js --bail"
is "a hash in a word" "$(words 'run tests/a#b.js --bail')" '["run","tests/a",{"comment":"b.js --bail"}]'
