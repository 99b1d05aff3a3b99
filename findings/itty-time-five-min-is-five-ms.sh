#!/usr/bin/env bash
# itty-time 2.0.2 (npm), ms, seconds, datePlus and duration.
# Expected: "5 min" and "2 Hours" are five minutes and two hours, or refused (NaN) as "90s" and "30m" are; what `duration` says adds up to what it was given.
# Happens: any word that is not on its list is a millisecond: "5 min" is 5, "2 hrs" 2, "2 Hours" 2. `duration` of 365 days is "12 months, 5 days", and of
# 730 days "1 year, 12 months, 4 days, 18 hours", since a month is 30 days and a year 365.25.
# Matters: a time-out of "5 min" is over at once, and looks like a thing that is too slow.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent itty-time@2.0.2
cat >ask.mjs <<'J'
import { datePlus, duration, ms, seconds } from "itty-time";
const [how, what] = process.argv.slice(2);
if (how === "ms") console.log(ms(what));
if (how === "seconds") console.log(seconds(what));
if (how === "days") console.log(duration(Number(what) * 86_400_000));
if (how === "after") console.log(datePlus(what, new Date(0)).toISOString());
J
is "five minutes" "$(node ask.mjs ms '5 minutes')" 300000
is "five min" "$(node ask.mjs ms '5 min')" 5
is "two hrs in seconds" "$(node ask.mjs seconds '2 hrs')" 0.002
is "two Hours" "$(node ask.mjs ms '2 Hours')" 2
is "90s" "$(node ask.mjs ms '90s')" NaN
is "five min after the epoch" "$(node ask.mjs after '5 min')" 1970-01-01T00:00:00.005Z
is "365 days" "$(node ask.mjs days 365)" "12 months, 5 days"
is "730 days" "$(node ask.mjs days 730)" "1 year, 12 months, 4 days, 18 hours"
