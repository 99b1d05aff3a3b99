#!/usr/bin/env bash
# Qt Test 5.15.8 (Debian's qtbase5-dev), a class whose only test calls QSKIP.
# Expected: the JUnit report has one test, which was skipped.
# Happens: it has three: initTestCase and cleanupTestCase, which the class does not even have, as passed, and the skipped one as a test case without an element
# for it: a comment says so, and the suite counts it as an error. In TAP the two stand as `ok`, and are counted as passed. Exit 0.
# Matters: a reader of elements sees three tests that passed where none ran; a reader of totals sees an error where all is well.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version qtbase5-dev 5.15.8
cat >shop.cpp <<'C'
#include <QtTest/QtTest>
class Shop : public QObject { Q_OBJECT
private slots:
  void sells() { QSKIP("no network"); }
};
QTEST_APPLESS_MAIN(Shop)
#include "shop.moc"
C
/usr/lib/qt5/bin/moc shop.cpp -o shop.moc
# shellcheck disable=SC2046
g++ -fPIC shop.cpp -o shop $(pkg-config --cflags --libs Qt5Test)
code=0; ./shop -o report.xml,junitxml || code=$?
is "exit" "$code" 0
is "the suite's totals" "$(grep -oE 'errors="[0-9]+" failures="[0-9]+" tests="[0-9]+"' report.xml)" 'errors="1" failures="0" tests="3"'
is "passed" "$(grep -oE 'result="pass" name="[A-Za-z]+"' report.xml | cut -d'"' -f4 | paste -sd' ')" "initTestCase cleanupTestCase"
is "elements of a skip" "$(grep -c '<skipped' report.xml || true)" 0
./shop -o report.tap,tap
is "its TAP" "$(grep -E '^(ok|not ok|# pass)' report.tap | paste -sd';')" "ok 1 - initTestCase();ok 2 - sells() # SKIP no network;ok 3 - cleanupTestCase();# pass 2"
