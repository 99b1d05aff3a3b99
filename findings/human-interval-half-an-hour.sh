#!/usr/bin/env bash
# human-interval 2.0.1 (npm), a reader of durations in English.
# Expected: "half an hour" is 1800000, "an hour and 5 minutes" is 3900000, and what is not understood is an error or NaN.
# Happens: "half an hour" is 0, "an hour and 5 minutes" is five minutes, "1,5 minutes" is one minute, while "2 hours 30 minutes" is right; "5m" is NaN.
# Matters: a job meant for every half hour has an interval of nothing, and the value passes any check for a number.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent human-interval@2.0.1
cat >ask.cjs <<'J'
const read = require("human-interval");
for (const text of ["2 hours 30 minutes", "half an hour", "an hour and 5 minutes", "1,5 minutes", "5m"]) console.log(String(read(text)));
J
mapfile -t saw < <(node ask.cjs)
is "2 hours 30 minutes" "${saw[0]}" 9000000
is "half an hour" "${saw[1]}" 0
is "an hour and 5 minutes" "${saw[2]}" 300000
is "1,5 minutes" "${saw[3]}" 60000
is "5m" "${saw[4]}" NaN
