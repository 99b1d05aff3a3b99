#!/usr/bin/env bash
# @actions/exec 3.0.0 (npm), how Actions run a command line.
# Expected: a command line is cut into arguments as a shell cuts it, or quotes that are not known are refused.
# Happens: only double quotes hold an argument together. `'a b'` becomes `'a` and `b'`, `a\ b` becomes `a\` and `b`, and an empty `""` is dropped.
# Matters: a command that was tried in a shell runs with other arguments in an Action, and an argument that is empty shifts all that follow.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @actions/exec@3.0.0
cat >ask.mjs <<'J'
import { getExecOutput } from "@actions/exec";
const print = `node -p "JSON.stringify(process.argv.slice(1))" --`;
for (const rest of [`"a b" c`, `'a b' c`, String.raw`a\ b c`, `"" c`]) {
  console.log((await getExecOutput(`${print} ${rest}`, [], { silent: true })).stdout.trim());
}
J
mapfile -t saw < <(node ask.mjs)
is "double quotes" "${saw[0]}" '["a b","c"]'
is "single quotes" "${saw[1]}" "[\"'a\",\"b'\",\"c\"]"
is "a backslash and a blank" "${saw[2]}" '["a\\","b","c"]'
is "an empty argument" "${saw[3]}" '["c"]'
