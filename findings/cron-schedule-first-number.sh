#!/usr/bin/env bash
# cron-schedule 6.0.0 (npm), a parser of cron expressions.
# Expected: what it does not know (`L`, `#`, `W`, a step after a single number) is an error, as `L` alone is.
# Happens: of each such part the first number counts: `5L` is every Friday, `1#1` every Monday, `15W` the 15th, `5/15` once an hour.
# Matters: a monthly job runs every week, and one that should run each quarter of an hour runs hourly; the check at start-up passes.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent cron-schedule@6.0.0
cat >ask.mjs <<'J'
import { parseCronExpression } from "cron-schedule";
try {
  const dates = parseCronExpression(process.argv[2]).getNextDates(3, new Date("2026-01-31T12:00:00Z"));
  console.log(dates.map((date) => date.toISOString().slice(5, 16)).join(" "));
} catch { console.log("error"); }
J
next() { TZ=UTC node ask.mjs "$1"; }
is "0 0 L * *" "$(next '0 0 L * *')" "error"
is "0 0 * * 5L, the last Friday" "$(next '0 0 * * 5L')" "02-06T00:00 02-13T00:00 02-20T00:00"
is "0 0 * * 1#1, the first Monday" "$(next '0 0 * * 1#1')" "02-02T00:00 02-09T00:00 02-16T00:00"
is "0 0 15W * *, the working day next to the 15th, a Sunday" "$(next '0 0 15W * *')" "02-15T00:00 03-15T00:00 04-15T00:00"
is "5/15 * * * *" "$(next '5/15 * * * *')" "01-31T12:05 01-31T13:05 01-31T14:05"
