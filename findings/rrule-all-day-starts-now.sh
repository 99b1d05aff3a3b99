#!/usr/bin/env bash
# rrule 2.8.1 (npm), `rrulestr`, which reads the lines of an iCalendar event.
# Expected: `DTSTART;VALUE=DATE:20200101` starts on that day (RFC 5545, 3.8.2.4); an EXDATE in UTC takes out the occurrence at that moment.
# Happens: an event of whole days starts at the moment of the call, without an error. Where DTSTART has a TZID, an EXDATE in UTC takes nothing out, and one with the TZID does.
# Matters: three days of 2020 are three days from now on, at the time of day at which somebody asked; a freeze or a shift that was called off takes place.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent rrule@2.8.1
cat >ask.mjs <<'J'
import rrule from "rrule";
const all = (...lines) => rrule.rrulestr(lines.join("\n")).all().map((date) => date.toISOString());
const rule = "RRULE:FREQ=DAILY;COUNT=3";
const told = Date.now();
console.log(all("DTSTART:20200101T000000Z", rule)[0].slice(0, 10));
const days = all("DTSTART;VALUE=DATE:20200101", rule);
console.log(Math.abs(Date.parse(days[0]) - told) < 5000 ? "now" : days[0]);
const berlin = "DTSTART;TZID=Europe/Berlin:20260101T090000";
console.log(all(berlin, rule, "EXDATE;TZID=Europe/Berlin:20260102T090000").length);
console.log(all(berlin, rule, "EXDATE:20260102T080000Z").length);
J
mapfile -t saw < <(node ask.mjs)
is "DTSTART:20200101T000000Z" "${saw[0]}" "2020-01-01"
is "DTSTART;VALUE=DATE:20200101" "${saw[1]}" "now"
is "times less one excluded at nine in Berlin" "${saw[2]}" 2
is "times less one excluded at eight UTC" "${saw[3]}" 3
