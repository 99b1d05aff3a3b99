#!/usr/bin/env bash
# rrule 2.8.1 (npm), `RRule.fromText`, which makes a rule of an English sentence.
# Expected: what it does not understand is an error, as "every other day" is.
# Happens: it takes what it knows and drops the rest: "at 5pm" is 5 in the morning, "at 9:30" is 9, "on march 1" is the month of March, "except sunday" and "weekend" are nothing; "daily" is once a year.
# Matters: a schedule that a person or a model wrote down in words runs at another time, and nobody is told.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent rrule@2.8.1
cat >ask.mjs <<'J'
import rrule from "rrule";
try { console.log(rrule.RRule.fromText(process.argv[2]).toString() || rrule.RRule.fromText(process.argv[2]).toText()); } catch { console.log("error"); }
J
rule() { node ask.mjs "$1"; }
is "every other day" "$(rule 'every other day')" "error"
is "every day at 5pm" "$(rule 'every day at 5pm')" "RRULE:FREQ=DAILY;BYHOUR=5"
is "every day at 9:30" "$(rule 'every day at 9:30')" "RRULE:FREQ=DAILY;BYHOUR=9"
is "every year on march 1" "$(rule 'every year on march 1')" "RRULE:FREQ=YEARLY;BYMONTH=3"
is "every day except sunday" "$(rule 'every day except sunday')" "RRULE:FREQ=DAILY"
is "every weekend" "$(rule 'every weekend')" "RRULE:FREQ=WEEKLY"
is "daily" "$(rule daily)" "every year"
