#!/usr/bin/env bash
# fast-json-patch 3.1.1 (npm), `compare`, which tells the patch from one document to another.
# Expected: the patch is empty only when the documents are equal.
# Happens: at the top a list and a mapping with the same entries are equal to it: from [] to {} and from ["x"] to {"0": "x"} there is no patch. One level down the same change is a replace.
# Matters: "the answer is the same as before" is told when an endpoint's list became a mapping, and whoever patches a copy keeps the old one.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent fast-json-patch@3.1.1
patch() { node -p 'JSON.stringify(require("fast-json-patch").compare(JSON.parse(process.argv[1]), JSON.parse(process.argv[2])))' "$1" "$2"; }
is "[] to {} one level down" "$(patch '{"a":[]}' '{"a":{}}')" '[{"op":"replace","path":"/a","value":{}}]'
is "[] to {}" "$(patch '[]' '{}')" '[]'
is "a list of x to a mapping of x" "$(patch '["x"]' '{"0":"x"}')" '[]'
