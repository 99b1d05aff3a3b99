#!/usr/bin/env bash
# license-checker-rseidelsohn 5.0.1 (npm), `--onlyAllow` and `--failOn`.
# Expected: "MIT AND GPL-3.0" needs both licences: not allowed where MIT alone is, and failing where GPL-3.0 is to fail.
# Happens: it is neither. `--onlyAllow` is content with an allowed name anywhere in the expression, `--failOn` wants the whole expression to be the name; "0BSD" is allowed by BSD.
# Matters: a dependency under terms that were ruled out is green in both of the checks that rule them out.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent license-checker-rseidelsohn@5.0.1
echo '{"name":"x","version":"1.0.0","license":"MIT","dependencies":{"a":"1"}}' >mine.json
project() { rm -rf project; mkdir -p project/node_modules/a; cp mine.json project/package.json; echo "{\"name\":\"a\",\"version\":\"1.0.0\",\"license\":\"$1\"}" >project/node_modules/a/package.json; }
code() { local code=0; node_modules/.bin/license-checker-rseidelsohn --start project "$@" >said 2>&1 || code=$?; echo "$code"; }
project "GPL-3.0"
is "GPL-3.0 with --onlyAllow MIT" "$(code --onlyAllow MIT)" 1
is "GPL-3.0 with --failOn GPL-3.0" "$(code --failOn GPL-3.0)" 1
project "MIT AND GPL-3.0"
is "MIT AND GPL-3.0 with --onlyAllow MIT" "$(code --onlyAllow MIT)" 0
is "MIT AND GPL-3.0 with --failOn GPL-3.0" "$(code --failOn GPL-3.0)" 0
project "0BSD"
is "0BSD with --onlyAllow MIT" "$(code --onlyAllow MIT)" 1
is "0BSD with --onlyAllow MIT;BSD" "$(code --onlyAllow 'MIT;BSD')" 0
