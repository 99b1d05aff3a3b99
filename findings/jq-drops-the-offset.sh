#!/usr/bin/env bash
# jq 1.6, `strptime` with %z, and `limit`.
# Expected: noon at +0200 is ten o'clock UTC; a limit of 0 gives nothing.
# Happens: the offset is read and dropped: noon at +0200, at -0700 and at Z is the same time; a limit of 0 gives the first value.
# Matters: ages and deadlines made from a commit's date are wrong by the author's time zone; "no more tries" is one more.
set -euo pipefail

command -v jq >/dev/null || { echo "jq is missing: install Debian's jq 1.6"; exit 1; }
[ "$(jq --version)" = jq-1.6 ] || { echo "this finding is about jq 1.6, here is $(jq --version)"; exit 1; }
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

at() { jq -nr --arg at "$1" '$at | strptime("%Y-%m-%dT%H:%M:%S%z") | mktime | todate'; }
is "noon at +0200" "$(at 2026-07-01T12:00:00+0200)" 2026-07-01T12:00:00Z
is "noon at -0700" "$(at 2026-07-01T12:00:00-0700)" 2026-07-01T12:00:00Z
is "limit(0; 1, 2)" "$(jq -nc '[limit(0; 1, 2)]')" "[1]"
