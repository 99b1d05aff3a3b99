#!/usr/bin/env bash
# yamljs 0.3.0 (npm), a reader of YAML.
# Expected: two documents, a key that is there twice and a list in a list are read as they are or refused.
# Happens: two documents become one mapping; of two equal keys the first counts; `- - 1` is the text "- 1"; `[b, c: d]` has the text "c: d". No error for any.
# Matters: two manifests in one file are one thing with the fields of both, and a matrix of lists is a list of texts.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent yamljs@0.3.0
read_yaml() { node -p 'JSON.stringify(require("yamljs").parse(process.argv[1]))' -- "$1"; }
is "two documents" "$(read_yaml $'---\na: 1\n---\nb: 2')" '{"a":1,"b":2}'
is "a key twice" "$(read_yaml $'a: 1\na: 2')" '{"a":1}'
is "a list in a list" "$(read_yaml $'- - 1\n  - 2')" '["- 1\n- 2"]'
is "a mapping in a list" "$(read_yaml 'a: [b, c: d]')" '{"a":["b","c: d"]}'
