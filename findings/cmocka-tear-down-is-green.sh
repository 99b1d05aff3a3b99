#!/usr/bin/env bash
# cmocka 1.1.5 (Debian's libcmocka-dev).
# Expected: a group's tear-down that fails makes the group fail, as a set-up that fails does.
# Happens: exit 0, and in the XML nothing is wrong; its TAP has one `not ok` beyond the plan.
# Matters: a leak or a broken clean-up that the tear-down was written to find is green by exit code and by JUnit.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version libcmocka-dev 1.1.5
command -v gcc >/dev/null || { echo "gcc is missing: it is needed to build the test program"; exit 1; }
cat >group.c <<'C'
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
static void adds(void **state) { (void)state; assert_int_equal(1 + 1, 2); }
static int fails(void **state) { (void)state; return -1; }
int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(adds)};
#ifdef SETUP
  return cmocka_run_group_tests_name("shop", tests, fails, NULL);
#else
  return cmocka_run_group_tests_name("shop", tests, NULL, fails);
#endif
}
C
gcc group.c -o teardown -lcmocka
gcc -DSETUP group.c -o setup -lcmocka
run() { local code=0; CMOCKA_MESSAGE_OUTPUT=$2 "./$1" >said 2>&1 || code=$?; echo "exit $code"; }
is "a set-up that fails" "$(run setup XML)" "exit 1"
is "a tear-down that fails" "$(run teardown XML)" "exit 0"
is "in its XML" "$(grep -oE 'failures="[0-9]+" errors="[0-9]+"' said)" 'failures="0" errors="0"'
is "with TAP" "$(run teardown TAP)" "exit 0"
is "lines of the stream" "$(grep -cE '^(ok|not ok)' said) for $(grep -oE '^1\.\.[0-9]+' said)" "2 for 1..1"
