#!/usr/bin/env bash
# pytest 7.2.1 (Debian's python3-pytest), `--setup-plan` and `--setup-only`.
# Expected: tests that were only prepared stand in the JUnit report as skipped, or not at all.
# Happens: each is a `testcase` without any element inside, as one that passed is; exit 0. Only the suite's own count says 0.
# Matters: whoever counts elements, as most readers do, sees a test that would fail pass.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version python3-pytest 7.2.1
printf 'def test_adds():\n    pass\n\n\ndef test_fails():\n    assert 1 == 2\n' >test_shop.py
run() { local code=0; /usr/bin/python3 -m pytest -q -p no:cacheprovider --junitxml=report.xml "$@" >said 2>&1 || code=$?; echo "exit $code, $(grep -o '<testcase' report.xml | wc -l) test cases, $(grep -oE '<(failure|error|skipped)' report.xml | wc -l) with an element, $(grep -oE ' tests="[0-9]+"' report.xml | xargs)"; }
is "run" "$(run)" "exit 1, 2 test cases, 1 with an element, tests=2"
is "--setup-plan" "$(run --setup-plan)" "exit 0, 2 test cases, 0 with an element, tests=0"
is "--setup-only" "$(run --setup-only)" "exit 0, 2 test cases, 0 with an element, tests=0"
