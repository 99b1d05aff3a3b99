#!/usr/bin/env bash
# Three tools whose exit code is how many failures there were: Meson 1.0.1 and Checkstyle 8.36.1 (Debian's), and Tcl 8.6.13's tcltest,
# whose exit code is not about failures at all.
# Expected: failures give an exit code other than 0.
# Happens: an exit code holds one byte. 255 errors are exit 255, and 256 of them are exit 0, for `meson test` and for `checkstyle`;
# a failing test of tcltest's is exit 0 always, in a file by itself and by `runAllTests`.
# Matters: the worse it gets, the greener it may be: a broken build machine fails every test of a generated suite at once.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version meson 1.0.1
version checkstyle 8.36.1
version tcl8.6 8.6.13
suite() { printf "project('shop')\nf = find_program('false')\nforeach i : range(%s)\n  test('t@0@'.format(i), f)\nendforeach\n" "$1" >meson.build; rm -rf build; meson setup build >/dev/null; }
tests() { suite "$1"; local code=0; meson test -C build >said 2>&1 || code=$?; echo "exit $code, $(grep '^Fail:' said | tr -s ' ' | sed 's/ $//')"; }
is "meson, 255 tests that fail" "$(tests 255)" "exit 255, Fail: 255"
is "meson, 256 tests that fail" "$(tests 256)" "exit 0, Fail: 256"

cat >rules.xml <<'X'
<?xml version="1.0"?>
<!DOCTYPE module PUBLIC "-//Checkstyle//DTD Checkstyle Configuration 1.3//EN" "https://checkstyle.org/dtds/configuration_1_3.dtd">
<module name="Checker"><module name="TreeWalker"><module name="NeedBraces"/></module></module>
X
style() {
  { echo 'class Shop { int f(int x) {'; yes 'if (x == 1) x++;' | head -n "$1" || true; echo 'return x; } }'; } >Shop.java
  local code=0; checkstyle -c rules.xml Shop.java >said 2>&1 || code=$?; echo "exit $code, $(grep -o 'ends with .*' said)"
}
is "checkstyle, 255 errors" "$(style 255)" "exit 255, ends with 255 errors."
is "checkstyle, 256 errors" "$(style 256)" "exit 0, ends with 256 errors."

printf 'package require tcltest\nnamespace import ::tcltest::*\ntest adds {sum} { expr {1 + 1} } 3\ncleanupTests\n' >shop.test
printf 'package require tcltest\n::tcltest::configure -testdir [file dirname [info script]]\n::tcltest::runAllTests\n' >all.tcl
tcl() { local code=0; tclsh "$1" >said 2>&1 || code=$?; echo "exit $code, $(grep -oE 'Failed\s[0-9]+' said | tr '\t' ' ')"; }
is "tcltest, one file" "$(tcl shop.test)" "exit 0, Failed 1"
is "tcltest, all files" "$(tcl all.tcl)" "exit 0, Failed 1"
