#!/usr/bin/env bash
# flake8 5.0.4 and pylint 2.16.2 (Debian's flake8 and pylint).
# Expected: a rule that does not exist is an error when it is asked for by name.
# Happens: nothing is looked for, exit 0; pylint adds a rating of 10 out of 10.
# Matters: a misspelt code in a script, or one that a plug-in had which is gone, is a check that passes for ever.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version flake8 5.0.4
version pylint 2.16.2
printf 'import os\n' >shop.py
code=0; flake8 --isolated --select=F401 shop.py >said 2>&1 || code=$?
is "flake8, F401" "exit $code, $(wc -l <said) line" "exit 1, 1 line"
code=0; flake8 --isolated --select=F4O1 shop.py >said 2>&1 || code=$?
is "flake8, F4O1" "exit $code, $(wc -l <said) lines" "exit 0, 0 lines"
code=0; pylint --rcfile=/dev/null --disable=all --enable=unused-import shop.py >said 2>&1 || code=$?
is "pylint, unused-import" "exit $code, $(grep -c 'W0611' said) found" "exit 4, 1 found"
code=0; pylint --rcfile=/dev/null --disable=all --enable=unused-imports shop.py >said 2>&1 || code=$?
is "pylint, unused-imports" "exit $code, $(grep -oE 'rated at [0-9.]+/10' said), $(grep -c 'unused-imports' said || true) words of it" "exit 0, rated at 10.00/10, 0 words of it"
