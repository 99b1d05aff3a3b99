#!/usr/bin/env bash
# @stoplight/spectral-cli 6.16.3 (npm), the rules for OpenAPI, and a document whose `openapi` is misspelt.
# Expected: an exit code other than 0: no rule was applied to the only document.
# Happens: one warning, `unrecognized-format`, and exit 0; the JUnit has tests="0" and no word of it. The same document with `openapi` is exit 1.
# Matters: one letter switches the whole check off, and the build stays green.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @stoplight/spectral-cli@6.16.3
echo 'extends: ["spectral:oas"]' >.spectral.yaml
printf 'openapi: 3.0.0\ninfo: { title: shop }\npaths: { /cart: { get: { responses: {} } } }\n' >right.yaml
sed 's/^openapi/openapii/' right.yaml >wrong.yaml
run() { node_modules/.bin/spectral lint "$1.yaml" --format sarif --output.sarif "$1.sarif" --format junit --output.junit "$1.xml" >said 2>&1; }

code=0; run right || code=$?
is "exit of the right one" "$code" 1
code=0; run wrong || code=$?
is "exit of the misspelt one" "$code" 0
is "its results" "$(node -p 'JSON.parse(require("fs").readFileSync("wrong.sarif", "utf8")).runs[0].results.map(({ ruleId, level }) => `${level} ${ruleId}`).join()')" "warning unrecognized-format"
is "tests in its JUnit" "$(grep -o ' tests="[0-9]*"' wrong.xml)" ' tests="0"'
