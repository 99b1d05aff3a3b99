#!/usr/bin/env bash
# testthat 3.1.6 (Debian's r-cran-testthat), its TAP and JUnit reporters.
# Expected: one line or test case for each test; a test without an expectation has not passed.
# Happens: each warning, each failed expectation and each skip is a result of its own: a test that only warns is `ok 1 # WARNING …` and `ok 2 # SKIP`, in JUnit a
# test case that passed and a skipped one, both of its name. A skip in TAP has no name. Exit 0.
# Matters: a suite that asserts nothing has a test that passed; counts of tests change with warnings.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version r-cran-testthat 3.1.6
mkdir shop
cat >shop/test-shop.R <<'R'
test_that("only warns", { warning("careful") })
test_that("waits", { skip("no network") })
R
run() { Rscript -e "library(testthat); test_dir('shop', reporter = $1\$new(file = '$PWD/$2'), stop_on_failure = TRUE)" >words 2>&1; }
code=0; run TapReporter report.tap || code=$?
is "exit" "$code" 0
is "TAP" "$(paste -sd';' report.tap)" "1..3;ok 1 # WARNING careful;ok 2 # SKIP Reason: empty test;ok 3 # SKIP Reason: no network"
code=0; run JunitReporter report.xml || code=$?
is "JUnit: test cases, of them skipped" "$(grep -c '<testcase' report.xml), $(grep -c '<skipped' report.xml)" "3, 2"
is "the one that passed" "$(grep -oE '<testcase [^>]*/>' report.xml | grep -oE ' name="[^"]*"')" ' name="only_warns"'
