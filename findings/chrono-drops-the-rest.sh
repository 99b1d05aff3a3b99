#!/usr/bin/env bash
# chrono-node 2.10.3 (npm), which finds dates in English text, `parseDate` with a reference in UTC.
# Expected: the whole phrase counts, or there is no date, as for "in 2 business days".
# Happens: it takes a part: "in an hour and a half" is one hour, "2 weeks from monday" is the coming Monday, "17:00 Europe/Berlin" is 17:00 UTC; "10.12.2026", which no American writes, is the 12th of October.
# Matters: a reminder or a deadline that a person wrote down comes half an hour or two weeks early, an hour late, or lies two months back; nothing says so.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent chrono-node@2.10.3
cat >ask.mjs <<'J'
import { parseDate } from "chrono-node";
const found = parseDate(process.argv[2], { instant: new Date("2026-11-28T10:00:00Z"), timezone: "UTC" });
console.log(found?.toISOString().slice(0, 16) ?? "none");
J
date_of() { TZ=UTC node ask.mjs "$1"; }
is "in 1.5 hours, at 10:00 on Saturday the 28th of November 2026" "$(date_of 'in 1.5 hours')" "2026-11-28T11:30"
is "in an hour and a half" "$(date_of 'in an hour and a half')" "2026-11-28T11:00"
is "2 weeks from monday" "$(date_of '2 weeks from monday')" "2026-11-30T12:00"
is "17:00 EST" "$(date_of '17:00 EST')" "2026-11-28T22:00"
is "17:00 Europe/Berlin" "$(date_of '17:00 Europe/Berlin')" "2026-11-28T17:00"
is "10.12.2026" "$(date_of '10.12.2026')" "2026-10-12T12:00"
is "in 2 business days" "$(date_of 'in 2 business days')" "none"
