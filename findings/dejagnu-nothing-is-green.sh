#!/usr/bin/env bash
# dejagnu 1.6.3 (Debian's dejagnu), runtest.
# Expected: a test script that is named and not there is an error; a script that ends the run early is one, too.
# Happens: `runtest nosuch.exp` is exit 0, with a summary of nothing. A script that calls `exit 0` ends the whole run: the scripts behind it never start, no summary
# is written, exit 0.
# Matters: a misspelt name in a job, or one early exit, and the check is green without a test.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version dejagnu 1.6.3
mkdir -p testsuite/shop.main
echo 'fail "sells"' >testsuite/shop.main/b.exp
run() { code=0; runtest --tool shop --srcdir testsuite "$@" >words 2>&1 || code=$?; }
run
is "as it is: exit, failures" "$code, $(grep -oE 'unexpected failures\s+[0-9]+' words | tr -s '\t' ' ')" "1, unexpected failures 1"
run nosuch.exp
is "a script that is not there: exit, counts" "$code, $(grep -c '^# of' words || true)" "0, 0"
printf 'pass "adds"\nexit 0\n' >testsuite/shop.main/a.exp
run
is "one that ends the run: exit, counts" "$code, $(grep -c '^# of' words || true)" "0, 0"
