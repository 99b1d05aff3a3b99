#!/usr/bin/env bash
# CUnit 2.1-3 (Debian's libcunit1-dev), CU_automated_enable_junit_xml.
# Expected: the file is XML, and a suite whose set-up failed stands in it.
# Happens: the file ends with </CUNIT_TEST_RUN_REPORT>, an element that it never began, and its last suite is not closed; the root counts tests="0". A suite whose
# set-up failed is left out. CU_get_number_of_failures(), by which programs choose their exit code, is 0 then.
# Matters: strict readers have no report; mended, it is green for a suite of which nothing ran.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version libcunit1-dev 2.1-3
command -v gcc >/dev/null || { echo "gcc is missing: it is needed to build the test program"; exit 1; }
cat >shop.c <<'C'
#include <CUnit/Automated.h>
#include <CUnit/CUnit.h>
static int works(void) { return 0; }
static int breaks(void) { return 1; }
static void adds(void) { CU_ASSERT_EQUAL(1 + 1, 2); }
int main(int count, char **words) {
  (void)words;
  CU_initialize_registry();
  CU_add_test(CU_add_suite("shop", count > 1 ? breaks : works, works), "adds", adds);
  CU_automated_enable_junit_xml(CU_TRUE);
  CU_set_output_filename("shop");
  CU_automated_run_tests();
  return CU_get_number_of_failures() ? 1 : 0;
}
C
gcc shop.c -o shop -lcunit
code=0; ./shop || code=$?
is "exit" "$code" 0
is "the root's end" "$(grep -oE '</[A-Za-z_]+>' shop-Results.xml | tail -1)" "</CUNIT_TEST_RUN_REPORT>"
is "suites that begin and end" "$(grep -c '<testsuite ' shop-Results.xml), $(grep -c '</testsuite>' shop-Results.xml || true)" "1, 0"
is "what the root counts" "$(grep -oE '<testsuites [^>]*tests="[0-9]+"' shop-Results.xml | grep -oE 'tests="[0-9]+"')" 'tests="0"'
code=0; ./shop broken || code=$?
is "set-up fails: exit, suites, test cases" "$code, $(grep -c '<testsuite ' shop-Results.xml || true), $(grep -c '<testcase' shop-Results.xml || true)" "0, 0, 0"
