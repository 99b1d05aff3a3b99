#!/usr/bin/env bash
# markdownlint-cli 0.48.0, markdownlint-cli2 0.22.1 and htmlhint 1.9.2 (npm), asked to look at a file that is not there.
# Expected: an error, as from oxlint, stylelint or ESLint.
# Happens: exit 0 each. markdownlint prints its help, markdownlint-cli2 "0 error(s)", htmlhint "no errors found".
# Matters: a folder of documents that is renamed, or a mistyped path, is a check that passes.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
code() { local code=0; "$@" >/dev/null 2>&1 || code=$?; echo "$code"; }

npm install --no-audit --no-fund --silent --ignore-scripts markdownlint-cli@0.48.0 markdownlint-cli2@0.22.1 htmlhint@1.9.2
bin=node_modules/.bin
printf '#Not a heading\n' >bad.md
is "markdownlint of a bad file" "$(code $bin/markdownlint bad.md)" 1
is "markdownlint of none" "$(code $bin/markdownlint missing.md)" 0
is "markdownlint-cli2 of a bad file" "$(code $bin/markdownlint-cli2 bad.md)" 1
is "markdownlint-cli2 of none" "$(code $bin/markdownlint-cli2 missing.md)" 0
printf '<p id="a" id="b">\n' >bad.html
is "htmlhint of a bad file" "$(code $bin/htmlhint bad.html)" 1
is "htmlhint of none" "$(code $bin/htmlhint missing.html)" 0
