#!/usr/bin/env bash
# iso8601-duration 2.1.4 (npm), parse and toSeconds, with what ISO 8601-2 and iCalendar write: a duration with a sign, a repeating interval.
# Expected: -PT15M, an alarm a quarter of an hour before, is -900 seconds or an error; R5/PT15M, five times, is an error.
# Happens: both are 900. The pattern has no beginning and no end: any text with a duration in it is that duration, while lower case is an error.
# Matters: a reminder before a deadline comes after it, and a budget of "PT15M or so" passes a check of its form.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent iso8601-duration@2.1.4
cat >seconds.mjs <<'JS'
import { parse, toSeconds } from "iso8601-duration";
try {
  console.log(toSeconds(parse(process.argv[2])));
} catch {
  console.log("an error");
}
JS
seconds() { node seconds.mjs "$1"; }

is "PT15M" "$(seconds PT15M)" 900
is "-PT15M" "$(seconds -PT15M)" 900
is "R5/PT15M" "$(seconds R5/PT15M)" 900
is "PT15M or so" "$(seconds 'PT15M or so')" 900
is "pt15m" "$(seconds pt15m)" "an error"
is "P" "$(seconds P)" "an error"
