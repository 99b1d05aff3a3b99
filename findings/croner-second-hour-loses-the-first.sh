#!/usr/bin/env bash
# croner 11.0.1 (npm), as it comes.
# Expected: what `0 2 * * *` does on the day on which the clocks go from 2 to 3, `0 2,12 * * *` does as well, and runs at 12, too.
# Happens: `0 2 * * *` runs when the hour that is left out ends, `0 2,12 * * *` does not run in that night at all; on the day on which they go back,
# `30 1 * * *` runs once and `30 1,13 * * *` twice. With `fixedTimeRule: "no-wildcard"` both are as one would think.
# Matters: a second hour, added to a nightly job, takes a run away in spring and adds one in autumn.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent croner@11.0.1
cat >ask.mjs <<'J'
import { Cron } from "croner";
const runs = (fields, from, options = {}) =>
  console.log(new Cron(fields, { timezone: "America/New_York", ...options }).nextRuns(2, new Date(from)).map((run) => run.toISOString().slice(5, 16)).join(" "));
runs("0 2 * * *", "2026-03-08T00:00:00Z");
runs("0 2,12 * * *", "2026-03-08T00:00:00Z");
runs("0 2,12 * * *", "2026-03-08T00:00:00Z", { fixedTimeRule: "no-wildcard" });
runs("30 1 * * *", "2026-11-01T00:00:00Z");
runs("30 1,13 * * *", "2026-11-01T00:00:00Z");
J
mapfile -t saw < <(node ask.mjs)
is "in spring, at two" "${saw[0]}" "03-08T07:00 03-09T06:00"
is "at two and at noon" "${saw[1]}" "03-08T16:00 03-09T06:00"
is "with the other rule" "${saw[2]}" "03-08T07:00 03-08T16:00"
is "in autumn, at half past one" "${saw[3]}" "11-01T05:30 11-02T06:30"
is "at half past one, and at half past one" "${saw[4]}" "11-01T05:30 11-01T06:30"
