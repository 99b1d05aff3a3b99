#!/usr/bin/env bash
# Check 0.15.2 and Criterion 2.4.1 (Debian's check and libcriterion-dev).
# Expected: a test that ends its own process before its end has not passed.
# Happens: each test runs in a process of its own, and one that calls exit(0) before any assertion is told as passed; exit 0.
# In Criterion an assertion that fails in `.fini` is a pass as well.
# Matters: code under test that gives up with exit(0) makes its tests green, and nothing is cut short by it.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version check 0.15.2
version libcriterion-dev 2.4.1
command -v gcc >/dev/null || { echo "gcc is missing: it is needed to build the test programs"; exit 1; }
cat >one.c <<'C'
#include <check.h>
#include <stdlib.h>
START_TEST(gives_up) { exit(0); ck_assert_int_eq(1, 2); } END_TEST
int main(void) {
  Suite *suite = suite_create("shop");
  TCase *cases = tcase_create("core");
  suite_add_tcase(suite, cases);
  tcase_add_test(cases, gives_up);
  SRunner *runner = srunner_create(suite);
  srunner_set_tap(runner, "report.tap");
  srunner_run_all(runner, CK_SILENT);
  return srunner_ntests_failed(runner);
}
C
gcc one.c -o one -lcheck -lsubunit -lm -lrt -lpthread
code=0; ./one >/dev/null || code=$?
is "Check, exit(0) in a test" "exit $code, $(grep -oE '^(ok|not ok)' report.tap)" "exit 0, ok"
cat >two.c <<'C'
#include <criterion/criterion.h>
#include <stdlib.h>
Test(shop, gives_up) { exit(0); cr_assert(0); }
static void looks(void) { cr_assert(0, "a leak"); }
Test(shop, leaks, .fini = looks) {}
C
gcc two.c -o two -lcriterion
code=0; ./two --tap=report.tap >/dev/null 2>&1 || code=$?
is "Criterion, exit(0) in a test and a failing .fini" "exit $code, $(grep -cE '^ok' report.tap) ok, $(grep -cE '^not ok' report.tap || true) not ok" "exit 0, 2 ok, 0 not ok"
