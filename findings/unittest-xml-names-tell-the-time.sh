#!/usr/bin/env bash
# unittest-xml-reporting 3.2.0 (Debian's python3-xmlrunner).
# Expected: the same test has the same names in the reports of two runs.
# Happens: each suite is named with the second in which the run began.
# Matters: whoever compares two reports by suite and test, for what is newly red or flaky, finds nothing again.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version python3-xmlrunner 3.2.0
printf 'import unittest\nclass T(unittest.TestCase):\n    def test_adds(self):\n        pass\n' >shop.py
named() { /usr/bin/python3 -m xmlrunner --output-file "$1.xml" shop >/dev/null 2>&1; grep -oE '<testsuite [^>]*' "$1.xml" | grep -oE ' name="[^"]*"'; }
one=$(named one); sleep 1.1; two=$(named two)
is "without its digits" "$(sed -E 's/[0-9]/0/g' <<<"$one")" ' name="shop.T-00000000000000"'
is "another run" "$([ "$one" = "$two" ] && echo the same name || echo another name)" "another name"
