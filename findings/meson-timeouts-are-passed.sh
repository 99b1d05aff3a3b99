#!/usr/bin/env bash
# Meson 1.0.1 (Debian's meson), the JUnit report that `meson test` leaves in meson-logs/testlog.junit.xml.
# Expected: what `meson test` counts as failed has a failure or an error in it.
# Happens: a test that timed out, and one that passed although it is marked `should_fail`, are test cases without a child, and no total
# counts them; so is a TAP stream that ends after one of three planned tests. The command itself counts three failures.
# Matters: a dashboard or a gate that reads the report shows three passes; only the exit code is red.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version meson 1.0.1
cat >meson.build <<'M'
project('shop')
sh = find_program('sh')
test('slow', sh, args: ['-c', 'sleep 20'], timeout: 1)
test('passes', sh, args: ['-c', 'exit 0'], should_fail: true)
test('ends early', sh, args: ['-c', 'echo 1..3; echo ok 1 - a'], protocol: 'tap')
M
meson setup build >/dev/null
code=0; meson test -C build >said 2>&1 || code=$?
is "exit" "$code" 3
is "what it says" "$(grep -E '^(Ok|Fail|Unexpected Pass|Timeout):' said | tr -s ' ' | sed 's/ $//' | xargs)" "Ok: 0 Fail: 1 Unexpected Pass: 1 Timeout: 1"
is "totals of the report" "$(grep -oE '<testsuites [^>]*>' build/meson-logs/testlog.junit.xml)" '<testsuites tests="3" errors="0" failures="0">'
is "failures and errors in it" "$(grep -cE '<(failure|error)' build/meson-logs/testlog.junit.xml || true)" 0
