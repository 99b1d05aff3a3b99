#!/usr/bin/env bash
# python-subunit 1.4.0 (Debian's python3-subunit and subunit), `python3 -m subunit.run`.
# Expected: a runner that is called like unittest exits non-zero when a test fails.
# Happens: exit 0 whatever fails; only the filters that read its stream exit with 1.
# Matters: in a pipe without `pipefail`, or with the stream kept in a file, a red suite is green.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version python3-subunit 1.4.0
version subunit 1.4.0
printf 'import unittest\nclass T(unittest.TestCase):\n    def test_fails(self):\n        self.fail()\n' >shop.py
code=0; /usr/bin/python3 -m unittest shop >said 2>&1 || code=$?
is "unittest" "exit $code" "exit 1"
code=0; /usr/bin/python3 -m subunit.run shop >stream 2>said || code=$?
is "subunit.run" "exit $code" "exit 0"
code=0; subunit2junitxml <stream >report.xml || code=$?
is "subunit2junitxml of its stream" "exit $code, $(grep -c '<failure' report.xml) failure" "exit 1, 1 failure"
