#!/usr/bin/env bash
# jsonrepair 3.15.0 (npm), which mends JSON that a model wrote badly or that was cut short.
# Expected: what cannot be known is an error, or the value is left out.
# Happens: a word that was cut becomes a text: `{"approved": fal` is {"approved": "fal"}, `{"approved": nul` has "nul", `no` is "no". A number that was cut is a number.
# Matters: such a text counts as true, so a refusal that was cut short is an approval for whoever does not ask for the type; a cost of 125 that was cut is 1.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent jsonrepair@3.15.0
repaired() { node -p 'require("jsonrepair").jsonrepair(process.argv[1])' "$1"; }
is "a false that is whole" "$(repaired '{"approved": false')" '{"approved": false}'
is "a false that is cut" "$(repaired '{"approved": fal')" '{"approved": "fal"}'
is "a null that is cut" "$(repaired '{"approved": nul')" '{"approved": "nul"}'
is "the word no" "$(repaired '{"approved": no}')" '{"approved": "no"}'
is "125 that is cut" "$(repaired '{"cost": 1')" '{"cost": 1}'
