#!/usr/bin/env bash
# cronstrue 3.39.0 (npm), which puts a schedule in words, and croner 11.0.1, which runs it.
# Expected: the words say when the job runs.
# Happens: `*/45 * * * *` is "Every 45 minutes", and the runs are at minute 45 and minute 0: 15 minutes apart every other time. `*/90` is "Every 90 minutes", and croner refuses it.
# Matters: words that are shown for a check of a schedule confirm the mistake that they should bring to light.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent cronstrue@3.39.0 croner@11.0.1
cat >runs.cjs <<'J'
const { Cron } = require("croner");
console.log(new Cron("*/45 * * * *", { timezone: "UTC" }).nextRuns(3, "2024-01-01T00:00:00Z").map((day) => day.toISOString().slice(11, 16)).join(" "));
J
words() { node -p 'require("cronstrue").toString(process.argv[1])' "$1"; }
is "*/45 in words" "$(words '*/45 * * * *')" "Every 45 minutes"
is "its runs" "$(node runs.cjs)" "00:45 01:00 01:45"
is "*/90 in words" "$(words '*/90 * * * *')" "Every 90 minutes"
code=0; node -e 'new (require("croner").Cron)("*/90 * * * *")' 2>/dev/null || code=$?
is "croner's exit for */90" "$code" 1
