#!/usr/bin/env bash
# jq 1.6, `fromdate`, `strptime` with %z, and `limit`.
# Expected: a time that ends in Z is the same second on every machine; noon at +0200 is ten o'clock UTC; a limit of 0 gives nothing.
# Happens: where the machine's zone has summer time, a summer's time in UTC comes out an hour late; an offset is read and dropped,
# so noon at +0200 and at -0700 are the same; a limit of 0 gives the first value.
# Matters: ages and deadlines are wrong by the author's offset, and by an hour on a laptop only and in summer only; "no more tries" is one more.
set -euo pipefail

command -v jq >/dev/null || { echo "jq is missing: install Debian's jq 1.6"; exit 1; }
[ "$(jq --version)" = jq-1.6 ] || { echo "this finding is about jq 1.6, here is $(jq --version)"; exit 1; }
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

utc() { TZ=$1 jq -nr --arg at "$2" '$at | fromdate | todate'; }
summer=CET-1CEST,M3.5.0,M10.5.0/3
is "noon UTC in July, in a zone with summer time" "$(utc "$summer" 2026-07-01T12:00:00Z)" 2026-07-01T13:00:00Z
is "in a zone without" "$(utc UTC 2026-07-01T12:00:00Z)" 2026-07-01T12:00:00Z
is "noon UTC in January, in a zone with summer time" "$(utc "$summer" 2026-01-01T12:00:00Z)" 2026-01-01T12:00:00Z
at() { TZ=UTC jq -nr --arg at "$1" '$at | strptime("%Y-%m-%dT%H:%M:%S%z") | mktime | todate'; }
is "noon at +0200" "$(at 2026-07-01T12:00:00+0200)" 2026-07-01T12:00:00Z
is "noon at -0700" "$(at 2026-07-01T12:00:00-0700)" 2026-07-01T12:00:00Z
is "limit(0; 1, 2)" "$(jq -nc '[limit(0; 1, 2)]')" "[1]"
