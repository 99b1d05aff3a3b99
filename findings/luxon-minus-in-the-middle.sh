#!/usr/bin/env bash
# luxon 3.7.2 (npm), Duration.
# Expected: a minute and a half less is "-0:01:30" and "-PT1M30S"; a day is "24:00:00" for `toISOTime`, or an error.
# Happens: `toFormat("h:mm:ss")` is "0:-01:-30", `toISO` "PT-90S"; `toISOTime` is null for each negative duration and for 24 hours and more. `toHuman` of milliseconds is
# "90000 milliseconds"; of `rescale()` "-1 minute, -30 seconds".
# Matters: the time that is left until a dead line is nonsense as soon as it has passed, and no other reader takes the text.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent luxon@3.7.2
cat >ask.mjs <<'J'
import { Duration } from "luxon";
const [milliseconds, how] = process.argv.slice(2);
const duration = Duration.fromMillis(Number(milliseconds));
console.log(how.includes(":") ? duration.toFormat(how) : how === "rescaled" ? duration.rescale().toHuman() : duration[how]());
J
is "the clock" "$(node ask.mjs -90000 h:mm:ss)" "0:-01:-30"
is "minutes and seconds" "$(node ask.mjs -90000 m:ss)" "-1:-30"
is "in ISO 8601" "$(node ask.mjs -90000 toISO)" "PT-90S"
is "as a time" "$(node ask.mjs -90000 toISOTime)" null
is "a day as a time" "$(node ask.mjs 86400000 toISOTime)" null
is "an hour as a time" "$(node ask.mjs 3600000 toISOTime)" "01:00:00.000"
is "in words" "$(node ask.mjs 90000 toHuman)" "90000 milliseconds"
is "in better words" "$(node ask.mjs -90000 rescaled)" "-1 minute, -30 seconds"
