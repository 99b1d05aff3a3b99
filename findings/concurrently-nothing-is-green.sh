#!/usr/bin/env bash
# concurrently 9.2.5 (npm) with `npm:check:*`, the usual way to run every script of a kind at once.
# Expected: a pattern that no script matches is an error, as it is for npm-run-all; so is `npm run` of a script that is not there.
# Happens: exit 0 and not a word. With a script that matches and fails the exit code is 1.
# Matters: after a script is renamed the step runs nothing and is green.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent concurrently@9.2.5
echo '{"name":"x","version":"1.0.0","scripts":{"check:types":"exit 3"}}' >package.json
code() { local code=0; node_modules/.bin/concurrently "$@" >said 2>&1 || code=$?; echo "$code"; }
is "a script that fails" "$(code 'npm:check:*')" 1
is "a pattern that nothing matches, exit" "$(code 'npm:verify:*')" 0
is "bytes that it said" "$(wc -c <said | tr -d ' ')" 0
is "a script that is not there, by its whole name" "$(code 'npm:verify')" 1
