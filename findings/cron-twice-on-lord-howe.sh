#!/usr/bin/env bash
# cron 4.4.0 (npm), CronTime, in Australia/Lord_Howe, where the clocks go forward by half an hour: on 4 October 2026 from 02:00 to 02:30.
# Expected: a job of 02:15 runs once that day, at 02:30 or 02:45, as one in Berlin runs once in its gap; an hourly job runs once an hour.
# Happens: it runs twice, at 01:45, before its time, and at 02:45; a job of 02:00 at 01:30 and 02:30; an hourly one at 01:00, 01:30 and 02:30. In Berlin it is once.
# Matters: a daily report, or a charge, is made twice on that day.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent cron@4.4.0
cat >ask.mjs <<'J'
import { CronTime } from "cron";
const [schedule, zone, from] = process.argv.slice(2);
const time = new CronTime(schedule, zone);
const runs = [];
for (let at = new Date(from); runs.length < 3; at = runs.at(-1).toJSDate()) runs.push(time.getNextDateFrom(at, zone));
console.log(runs.map((run) => run.toFormat("d HH:mm")).join(", "));
J
is "02:15 on Lord Howe" "$(node ask.mjs '15 2 * * *' Australia/Lord_Howe 2026-10-03T12:00Z)" "4 01:45, 4 02:45, 5 02:15"
is "02:00 on Lord Howe" "$(node ask.mjs '0 2 * * *' Australia/Lord_Howe 2026-10-03T12:00Z)" "4 01:30, 4 02:30, 5 02:00"
is "each hour on Lord Howe" "$(node ask.mjs '0 * * * *' Australia/Lord_Howe 2026-10-03T14:00Z)" "4 01:00, 4 01:30, 4 02:30"
is "02:15 in Berlin" "$(node ask.mjs '15 2 * * *' Europe/Berlin 2026-03-28T12:00Z)" "29 03:00, 30 02:15, 31 02:15"
