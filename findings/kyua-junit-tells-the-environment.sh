#!/usr/bin/env bash
# Kyua 0.13 (Debian's kyua), report-junit.
# Expected: a report of tests has tests.
# Happens: every variable of the environment that the tests were started in is a property of it, with its value; the summary that is printed has none of them.
# Matters: jobs have tokens in their environment, and reports are stored and shown to more people than those; masking of logs does not reach a file.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version kyua 0.13
printf 'syntax(2)\ntest_suite("shop")\nplain_test_program{name="sells"}\n' >Kyuafile
printf '#!/bin/sh\nexit 0\n' >sells
chmod +x sells
SHOP_TOKEN=not-for-everyone kyua test -r results.db >words
kyua report-junit -r results.db --output report.xml
is "tests" "$(grep -c '<testcase' report.xml)" 1
is "the variable in the report" "$(grep -oE '<property name="env.SHOP_TOKEN" value="[^"]*"' report.xml)" '<property name="env.SHOP_TOKEN" value="not-for-everyone"'
is "what is printed" "$(grep -c not-for-everyone words || true)" 0
