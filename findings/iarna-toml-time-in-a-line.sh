#!/usr/bin/env bash
# @iarna/toml 3.0.0 (npm).
# Expected: `start = 07:32:00` is a local time of TOML 1.0, wherever it stands.
# Happens: with a line below it the file is refused, "Unexpected character, expected only whitespace or comments till end of line"; as the last bytes
# of a file, with a fraction of a second, or with a comment behind it, it is read.
# Matters: a valid configuration is refused with the number of a line that has nothing wrong in it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @iarna/toml@3.0.0
cat >ask.cjs <<'J'
const { parse } = require("@iarna/toml");
for (const text of ["start = 07:32:00", "start = 07:32:00\nport = 1\n", "start = 07:32:00.0\nport = 1\n", "start = 07:32:00 # early\nport = 1\n", "day = 1979-05-27\nport = 1\n"])
  try {
    console.log(Object.keys(parse(text)).join(" "));
  } catch (error) {
    console.log(error.message.split("\n")[0].replace(/, pos.*/, ""));
  }
J
mapfile -t saw < <(node ask.cjs)
is "at the end of the file" "${saw[0]}" "start"
is "with a line below" "${saw[1]}" "Unexpected character, expected only whitespace or comments till end of line at row 2, col 1"
is "with a fraction" "${saw[2]}" "start port"
is "with a comment" "${saw[3]}" "start port"
is "a day" "${saw[4]}" "day port"
