#!/usr/bin/env bash
# @breejs/later 4.2.0 (npm), the reader of cron expressions under bree.
# Expected: 7 is Sunday as in every cron, a range over the weekend is its days or an error; with day of month and weekday both given either will do.
# Happens: 7 is Saturday, and so is `FRI-MON`; `5-7` has no Sunday. Both given, both must hold. Of `22-2` for the hours the next time is now, each time that it is asked for.
# Matters: the job of Sunday runs on Saturday, that of "the 13th and every Friday" runs on Friday the 13th, that of the night runs at once and without end.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @breejs/later@4.2.0
cat >ask.mjs <<'J'
import later from "@breejs/later";
later.date.UTC();
const dates = later.schedule(later.parse.cron(process.argv[2])).next(3, new Date("2026-01-31T12:00:00Z"));
console.log(dates.map((date) => date.toISOString().slice(5, 16)).join(" "));
J
next() { node ask.mjs "$1"; }
is "0 0 * * 0, Sunday" "$(next '0 0 * * 0')" "02-01T00:00 02-08T00:00 02-15T00:00"
is "0 0 * * 7" "$(next '0 0 * * 7')" "02-07T00:00 02-14T00:00 02-21T00:00"
is "0 0 * * 5-7" "$(next '0 0 * * 5-7')" "02-06T00:00 02-07T00:00 02-13T00:00"
is "0 0 * * FRI-MON" "$(next '0 0 * * FRI-MON')" "02-07T00:00 02-14T00:00 02-21T00:00"
is "0 9 13 * 5" "$(next '0 9 13 * 5')" "02-13T09:00 03-13T09:00 11-13T09:00"
is "0 22-2 * * *" "$(next '0 22-2 * * *')" "01-31T12:00 01-31T12:00 01-31T12:00"
