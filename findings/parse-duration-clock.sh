#!/usr/bin/env bash
# parse-duration 2.1.9 (npm).
# Expected: a duration written as a clock is read or is null, as any text that it does not know; of a sum each part keeps its sign.
# Happens: "00:10:00" is a hundredth of a millisecond, "1:30h" thirty hours and a little; "2h -30m" is two hours and a half; "2 to 3 hours" is three.
# Matters: a limit of ten minutes written as a clock is over at once, and no check for null notices.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent parse-duration@2.1.9
cat >ask.mjs <<'J'
import parse from "parse-duration";
console.log(String(parse(process.argv[2])));
J
is "10 minutes" "$(node ask.mjs '10 minutes')" 600000
is "nothing known" "$(node ask.mjs soon)" null
is "00:10:00" "$(node ask.mjs 00:10:00)" 0.01
is "1:30h" "$(node ask.mjs 1:30h)" 108000001
is "2h -30m" "$(node ask.mjs '2h -30m')" 9000000
is "2 to 3 hours" "$(node ask.mjs '2 to 3 hours')" 10800000
