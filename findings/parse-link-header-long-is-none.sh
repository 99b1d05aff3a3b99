#!/usr/bin/env bash
# parse-link-header 2.0.0 (npm), the reader of the Link header that leads to the next page.
# Expected: a header that it will not read is an error. A next link may be long, for it carries the whole query.
# Happens: a header of more than 2000 characters gives null, the very answer for "there are no links". Only a variable of the environment raises the bound or makes it throw.
# Matters: a list with a long query ends after its first page, green and complete-looking; the shorter query of a test does not show it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent parse-link-header@2.0.0
unset PARSE_LINK_HEADER_MAXLEN PARSE_LINK_HEADER_THROW_ON_MAXLEN_EXCEEDED
next() { node -p 'const all = require("parse-link-header")(`<https://api.example.invalid/list?q=${"a".repeat(process.argv[1])}&page=2>; rel="next"`); all === null ? "null" : all.next.page' "$1"; }
is "page after the first, query of 1900 letters" "$(next 1900)" 2
is "query of 2000 letters" "$(next 2000)" null
is "no header at all" "$(node -p 'String(require("parse-link-header")(""))')" null
