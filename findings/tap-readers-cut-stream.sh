#!/usr/bin/env bash
# tap-arc 1.3.2, tap-dot 2.0.0, tap-difflet 0.7.2, @tap-format/spec 0.2.0 (npm): readers of TAP at the end of a pipe, whose exit code is the step's.
# Expected: a stream that plans three tests and holds two is a failure, as TAP says; so is one that bails out.
# Happens: each of the four exits 0 for the cut stream, tap-arc right after it has printed "Expected 3 tests, parsed 2"; after "Bail out!" tap-dot and tap-difflet exit 0 as well.
# Matters: a runner that dies in the middle is green in CI, since the pipe's exit code is the reader's.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent tap-arc@1.3.2 tap-dot@2.0.0 tap-difflet@0.7.2 @tap-format/spec@0.2.0
code() { local code=0; printf "$1" | "node_modules/.bin/$2" >said 2>&1 || code=$?; echo "$code"; }
cut='TAP version 13\n1..3\nok 1 one\nok 2 two\n'
bail='TAP version 13\nok 1 one\nBail out! the database is gone\n'
red='TAP version 13\nok 1 one\nnot ok 2 two\n1..2\n'
for reader in tap-dot tap-difflet tap-format-spec tap-arc; do
  is "$reader, a test that failed" "$(code "$red" "$reader")" 1
  is "$reader, two of three tests" "$(code "$cut" "$reader")" 0
done
is "tap-arc knows" "$(grep -c 'Expected 3 tests, parsed 2' said)" 1
for reader in tap-dot tap-difflet; do is "$reader, bailed out" "$(code "$bail" "$reader")" 0; done
