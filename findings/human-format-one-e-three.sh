#!/usr/bin/env bash
# human-format 1.2.1 (npm).
# Expected: "1e3", as JavaScript writes and reads it, is a thousand, or is refused; so is "2e6".
# Happens: the "e" is read as the prefix exa, which is written "E", and the exponent as the unit: "1e3" is 1e18 of the unit "3".
# Matters: a limit of a thousand that a tool wrote in exponents becomes no limit at all, without an error.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent human-format@1.2.1
told() { node -p 'const { value, prefix, unit } = require("human-format").parse.raw(process.argv[1]); `${require("human-format").parse(process.argv[1])}: ${value} ${prefix} of "${unit}"`' "$1"; }
is "1 k" "$(told "1 k")" '1000: 1 k of ""'
is "1e3" "$(told "1e3")" '1000000000000000000: 1 E of "3"'
is "2e6" "$(told "2e6")" '2000000000000000000: 2 E of "6"'
