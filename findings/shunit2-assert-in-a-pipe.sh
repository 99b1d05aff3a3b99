#!/usr/bin/env bash
# shUnit2 2.1.8 (Debian's shunit2).
# Expected: an assertion that fails makes its test fail wherever in the test it stands.
# Happens: in a part of a pipe it says that it failed, and the test passes: "OK", exit 0.
# Matters: a helper whose output is piped through a filter, as for a log, can assert what it likes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version shunit2 2.1.8
printf '%s\n' '#!/bin/sh' 'testAdds() { assertEquals 3 4 | cat; }' '. shunit2' >shop.sh
code=0; sh shop.sh >said 2>&1 || code=$?
is "its end" "exit $code, $(sed 's/\x1b\[[0-9;]*m//g' said | grep -oE '^(OK|FAILED)')" "exit 0, OK"
is "what it said before" "$(sed 's/\x1b\[[0-9;]*m//g' said | grep -oE 'expected:<3> but was:<4>')" "expected:<3> but was:<4>"
printf '%s\n' '#!/bin/sh' 'testAdds() { assertEquals 3 4; }' '. shunit2' >plain.sh
code=0; sh plain.sh >said 2>&1 || code=$?
is "without the pipe" "exit $code" "exit 1"
