#!/usr/bin/env bash
# cron-parser 5.10.6 (npm).
# Expected: every hour has a next one in any time zone.
# Happens: on Lord Howe Island, where clocks go back by half an hour, `next()` of an hourly schedule and of a daily one throws "Invalid expression,
# loop limit exceeded" on that day, `take(3)` gives one time, and `*/30` leaves a half hour out.
# Matters: a scheduler that reckons each next run from the last one stops there, and blames the expression.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent cron-parser@5.10.6
cat >ask.mjs <<'J'
import { CronExpressionParser } from "cron-parser";
const read = (fields, from, tz = "Australia/Lord_Howe") => CronExpressionParser.parse(fields, { tz, currentDate: from });
const next = (iterator) => {
  try {
    return iterator.next().toISOString().slice(5, 16);
  } catch (error) {
    return error.message;
  }
};
console.log(next(read("0 * * * *", "2026-04-04T14:00:00Z")));
console.log(next(read("0 9 * * *", "2026-04-04T13:00:00Z")));
console.log(read("0 9 * * *", "2026-04-03T13:00:00Z").take(3).length);
const half = read("*/30 * * * *", "2026-04-04T14:00:00Z");
console.log([1, 2, 3].map(() => next(half)).join(" "));
console.log(next(read("0 9 * * *", "2026-04-04T13:00:00Z", "Australia/Sydney")));
J
mapfile -t saw < <(node ask.mjs)
is "hourly" "${saw[0]}" "Invalid expression, loop limit exceeded"
is "daily at nine" "${saw[1]}" "Invalid expression, loop limit exceeded"
is "of three days" "${saw[2]}" "1"
is "every half hour" "${saw[3]}" "04-04T14:30 04-04T15:30 04-04T16:00"
is "daily at nine in Sydney, where the clock goes back by an hour" "${saw[4]}" "04-04T23:00"
