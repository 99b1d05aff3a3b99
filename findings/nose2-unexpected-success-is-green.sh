#!/usr/bin/env bash
# nose2 0.12.0 (Debian's python3-nose2) and unittest of Python 3.11.
# Expected: a test that is marked as an expected failure and passes fails the run, as in unittest since Python 3.4.
# Happens: nose2 ends with exit 0, and its JUnit report has the test as skipped.
# Matters: a known bug that was mended, or a marker that hides a test, is red in one runner and green in the other.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version python3-nose2 0.12.0
printf 'import unittest\nclass T(unittest.TestCase):\n    @unittest.expectedFailure\n    def test_mended(self):\n        pass\n' >shop.py
code=0; /usr/bin/python3 -m unittest shop >said 2>&1 || code=$?
is "unittest" "exit $code, $(tail -n 1 said)" "exit 1, FAILED (unexpected successes=1)"
code=0; /usr/bin/python3 -m nose2 --plugin nose2.plugins.junitxml --junit-xml --junit-xml-path report.xml shop >said 2>&1 || code=$?
is "nose2" "exit $code, $(tail -n 1 said)" "exit 0, OK (unexpected successes=1)"
is "its report" "$(grep -oE '<(skipped|failure|error)[ />]' report.xml | tr -d '<> /')" "skipped"
