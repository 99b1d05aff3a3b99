#!/usr/bin/env bash
# @cheap-glitch/mi-cron 1.0.1 (npm), parseCron.nextDate.
# Expected: the next date has the day that the expression names; asked again from that date it tells a later one.
# Happens: where a month has no 31st, the day is moved to the first of the next: `0 0 31 * *` runs on 1 May and 1 July, `0 0 29 2 *` on 1 March, and
# `0 0 30 2 *`, which is never, once a year. `0 0 * jan *` asked in spring is 1 December, and from then on that same moment for good.
# Matters: the report of a month's last day runs a day late in every second month, and a loop over the next dates never gets on.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @cheap-glitch/mi-cron@1.0.1
cat >ask.cjs <<'J'
const { parseCron } = require("@cheap-glitch/mi-cron");
let date = new Date("2026-03-01T00:00:00Z");
const dates = [];
for (let i = 0; i < 4; i++) dates.push((date = parseCron.nextDate(process.argv[2], date)).toISOString().slice(0, 10));
console.log(dates.join(" "));
J
export TZ=UTC
is "31st" "$(node ask.cjs '0 0 31 * *')" "2026-03-31 2026-05-01 2026-05-31 2026-07-01"
is "29 February" "$(node ask.cjs '0 0 29 2 *')" "2027-03-01 2028-02-29 2029-03-01 2030-03-01"
is "30 February" "$(node ask.cjs '0 0 30 2 *')" "2027-03-02 2028-03-01 2029-03-02 2030-03-02"
is "January" "$(node ask.cjs '0 0 * jan *')" "2026-12-01 2026-12-01 2026-12-01 2026-12-01"
is "every tenth day" "$(node ask.cjs '0 0 1-31/10 * *')" "2026-03-11 2026-03-21 2026-03-31 2026-04-01"
