#!/usr/bin/env bash
# filesize-parser 1.5.2 (npm).
# Expected: "1,024KB", as English tools group digits, is a megabyte, or is refused: "1,024,000KB" is refused.
# Happens: the comma is taken for a decimal one: 1049 bytes, a thousandth of what was meant.
# Matters: the same report's sizes are right below 1,000 KB, a thousandth above, and refused from 1,000,000 KB on; a size limit is kept by what passes it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent filesize-parser@1.5.2
told() { node -p 'try { require("filesize-parser")(process.argv[1]) } catch { "refused" }' "$1"; }
is "999KB" "$(told 999KB)" 1022976
is "1,024KB" "$(told 1,024KB)" 1049
is "1,024,000KB" "$(told 1,024,000KB)" refused
