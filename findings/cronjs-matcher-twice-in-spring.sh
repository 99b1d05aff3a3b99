#!/usr/bin/env bash
# @datasert/cronjs-matcher 1.4.0 (npm), which lists the coming times of a cron expression.
# Expected: each time once, in order; `1#5` is every fifth Monday; `5-7` has Sunday in it, as 7 alone is Sunday.
# Happens: when the clocks go forward the times go back: every half hour is 01:00, 01:30, 01:00, 01:30 UTC. `1#5` leaves out a fifth Monday that is the 31st of August. `5-7` is Friday and Saturday.
# Matters: a job runs twice for one hour of the year, a report is not sent, a night on the weekend is not covered.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @datasert/cronjs-matcher@1.4.0
cat >ask.mjs <<'J'
import { getFutureMatches } from "@datasert/cronjs-matcher";
const [expression, startAt, timezone, count] = process.argv.slice(2);
console.log(getFutureMatches(expression, { startAt, timezone, matchCount: Number(count) }).map((at) => at.slice(5, 16)).join(" "));
J
next() { node ask.mjs "$@"; }
is "*/30 * * * * in Berlin" "$(next '*/30 * * * *' 2026-03-29T00:10:00Z Europe/Berlin 6)" "03-29T00:30 03-29T01:00 03-29T01:30 03-29T01:00 03-29T01:30 03-29T02:00"
is "0 * * * * in New York" "$(next '0 * * * *' 2026-03-08T06:10:00Z America/New_York 3)" "03-08T07:00 03-08T07:00 03-08T08:00"
is "0 0 * * 1L, the last Monday" "$(next '0 0 * * 1L' 2026-08-01T00:00:00Z UTC 2)" "08-31T00:00 09-28T00:00"
is "0 0 * * 1#5, the fifth Monday" "$(next '0 0 * * 1#5' 2026-08-01T00:00:00Z UTC 1)" "11-30T00:00"
is "0 0 * * 7" "$(next '0 0 * * 7' 2026-02-01T12:00:00Z UTC 2)" "02-08T00:00 02-15T00:00"
is "0 0 * * 5-7" "$(next '0 0 * * 5-7' 2026-02-01T12:00:00Z UTC 3)" "02-06T00:00 02-07T00:00 02-13T00:00"
