#!/usr/bin/env bash
# spacetime 7.15.0 (npm), add, minus and week.
# Expected: half an hour, half a day and half a week are added, or refused; so is "1 hr". `week` is that of ISO 8601, whose weeks begin on Monday as its own do.
# Happens: 1.5 hours are one hour and 0.5 days nothing, while `minus(1.5, "hours")` takes two. 1.5 weeks are ten days and a half from 11 in the morning, and nine
# and a half from noon. "h", "hr" and any word that is no unit add nothing, without an error. 1 January 2027, a Friday, is in week 1, and not in week 53.
# Matters: a dead line set by `add(1, "hr")` is now, and one of an hour and a half comes half an hour early.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent spacetime@7.15.0
cat >ask.mjs <<'J'
import spacetime from "spacetime";
const [how, at, amount, unit] = process.argv.slice(2);
const start = spacetime(at, "UTC");
console.log(how === "week" ? start.week() : start[how](Number(amount), unit).iso());
J
is "90 minutes" "$(node ask.mjs add 2026-01-01T12:00:00 90 minutes)" 2026-01-01T13:30:00.000Z
is "1.5 hours" "$(node ask.mjs add 2026-01-01T12:00:00 1.5 hours)" 2026-01-01T13:00:00.000Z
is "1.5 hours less" "$(node ask.mjs minus 2026-01-01T12:00:00 1.5 hours)" 2026-01-01T10:00:00.000Z
is "0.5 days" "$(node ask.mjs add 2026-01-01T12:00:00 0.5 days)" 2026-01-01T12:00:00.000Z
is "1.5 weeks from eleven" "$(node ask.mjs add 2026-01-01T11:00:00 1.5 weeks)" 2026-01-11T23:00:00.000Z
is "1.5 weeks from noon" "$(node ask.mjs add 2026-01-01T12:00:00 1.5 weeks)" 2026-01-11T00:00:00.000Z
is "1 hr" "$(node ask.mjs add 2026-01-01T12:00:00 1 hr)" 2026-01-01T12:00:00.000Z
is "1 sprint" "$(node ask.mjs add 2026-01-01T12:00:00 1 sprint)" 2026-01-01T12:00:00.000Z
is "the week of 1 January 2027" "$(node ask.mjs week 2027-01-01)" 1
