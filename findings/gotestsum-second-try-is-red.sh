#!/usr/bin/env bash
# gotestsum 1.8.2 with Go 1.19.8 (Debian's gotestsum and golang-go), --rerun-fails.
# Expected: where a test failed and then passed, so that the run is exit 0, the JUnit report says that all is well, or marks the first try.
# Happens: the test stands in it twice, once with a plain <failure>, and the totals say failures="1". A package that does not compile has no element at all, only
# errors="1" on the root.
# Matters: whoever reads the file has a red run that its command calls green, and the other way round when only elements are read.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version gotestsum 1.8.2
version golang-go 2:1.19
export GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local HOME="$folder"
printf 'module example.com/shop\n\ngo 1.19\n' >go.mod
cat >shop_test.go <<'G'
package shop

import (
	"os"
	"testing"
)

func TestSells(t *testing.T) {
	if _, err := os.Stat("mark"); err != nil {
		os.WriteFile("mark", nil, 0o644)
		t.Fatal("the first time")
	}
}
G
code=0; gotestsum --rerun-fails --packages . --junitfile report.xml >words 2>&1 || code=$?
is "exit" "$code" 0
is "the root's totals" "$(grep -oE '<testsuites tests="[0-9]+" failures="[0-9]+" errors="[0-9]+"' report.xml)" '<testsuites tests="2" failures="1" errors="0"'
is "test cases, failures" "$(grep -c '<testcase' report.xml), $(grep -c '<failure' report.xml)" "2, 1"
printf 'package shop\n\nimport "testing"\n\nfunc TestSells(t *testing.T) { var x int = "1" }\n' >shop_test.go
code=0; gotestsum --junitfile report.xml -- . >words 2>&1 || code=$?
is "does not compile: exit, suites" "$code, $(grep -c '<testsuite ' report.xml || true)" "2, 0"
is "the root's totals" "$(grep -oE '<testsuites tests="[0-9]+" failures="[0-9]+" errors="[0-9]+"' report.xml)" '<testsuites tests="0" failures="0" errors="1"'
