#!/usr/bin/env bash
# timestring 7.0.0 (npm), a reader of durations that tells seconds.
# Expected: "1h30" is an hour and a half or an error; "-1h" is less than nothing or an error.
# Happens: "1h30" is 3600, the rest dropped without a word; "-1h" is 3600, as if the sign were not there; "1M" is one minute.
# Matters: a time limit in common short form is cut by a third, and "an hour ago" becomes "in an hour".
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent timestring@7.0.0
cat >ask.mjs <<'J'
import read from "timestring";
for (const text of ["1h30m", "1h30", "-1h", "1M"]) console.log(read(text));
J
mapfile -t saw < <(node ask.mjs)
is "1h30m" "${saw[0]}" 5400
is "1h30" "${saw[1]}" 3600
is "-1h" "${saw[2]}" 3600
is "1M" "${saw[3]}" 60
