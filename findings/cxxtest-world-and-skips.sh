#!/usr/bin/env bash
# CxxTest 4.4 (Debian's cxxtest), its JUnit printer.
# Expected: a global fixture whose tearDownWorld fails fails the run, and TS_SKIP skips a test.
# Happens: the first is "Warning: Error tearing down world", OK!, exit 0, and nothing in the XML. Where the generated runner has no exceptions, as it is for a
# file without `throw`, `try`, `catch` or the like in it, TS_SKIP is a warning as well: the test goes on, and its assertions count.
# Matters: leaks that a global fixture looks for are green; whether a skip skips depends on the other words of the file.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version cxxtest 4.4
cat >world.h <<'C'
#include <cxxtest/GlobalFixture.h>
#include <cxxtest/TestSuite.h>
class World : public CxxTest::GlobalFixture { public: bool tearDownWorld() { return false; } };
static World world;
class Shop : public CxxTest::TestSuite { public: void testSells() { TS_ASSERT(true); } };
C
cat >skip.h <<'C'
#include <cxxtest/TestSuite.h>
class Shop : public CxxTest::TestSuite { public: void testSells() { TS_SKIP("no network"); TS_ASSERT_EQUALS(1, 2); } };
C
build() { cxxtestgen --xunit-printer --xunit-file="$1.xml" -o "$1.cpp" "$1.h" >/dev/null; g++ -w "$1.cpp" -o "$1"; }
build world
code=0; ./world >words 2>&1 || code=$?
is "tearDownWorld fails: exit, failures, what is said" "$code, $(grep -cE '<(failure|error)' world.xml || true), $(grep -oE 'Error tearing down world|OK!' words | paste -sd' ')" "0, 0, Error tearing down world OK!"
build skip
code=0; ./skip >words 2>&1 || code=$?
is "TS_SKIP: exit, skips, failures" "$code, $(grep -c '<skipped' skip.xml || true), $(grep -c '<failure' skip.xml)" "1, 0, 1"
is "what is said" "$(grep -oE 'Test skipping is not supported[a-z ]*' words | head -1)" "Test skipping is not supported without exception handling"
