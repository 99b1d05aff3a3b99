#!/usr/bin/env bash
# Go 1.19.8, `go test -json`, and gotestsum 1.8.2 (Debian's golang-1.19-go and gotestsum).
# Expected: what a test prints is its output, and the results are the test binary's own.
# Happens: a printed `--- FAIL: TestAdds (0.00s)` is the test's result, and a printed `=== RUN   TestGhost` is a test that never ends;
# the package passes, exit 0. gotestsum's JUnit counts both as failures.
# Matters: a test about test output, or a log that quotes one, is red in the report and green by exit code.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

[ "$(go version 2>/dev/null | cut -d' ' -f3)" = "go1.19.8" ] || { echo "this finding is about Go 1.19.8"; exit 1; }
version gotestsum 1.8.2
export GOCACHE="$folder/cache" GOFLAGS=-mod=mod GO111MODULE=on
printf 'module shop.example\n\ngo 1.19\n' >go.mod
cat >shop_test.go <<'G'
package shop

import (
	"fmt"
	"testing"
)

func TestAdds(t *testing.T) {
	fmt.Println("--- FAIL: TestAdds (0.00s)")
	fmt.Println("=== RUN   TestGhost")
}
G
code=0; go test . >said || code=$?
is "go test" "exit $code, $(cut -f1 said)" "exit 0, ok  "
code=0; go test -json . >report || code=$?
is "go test -json" "exit $code, $(grep -c '"Action":"fail".*"Test":"TestAdds"' report) failure" "exit 0, 1 failure"
is "the test that is not there" "$(grep -c '"Action":"run".*"Test":"TestGhost"' report) begun, $(grep -cE '"Action":"(pass|fail|skip)".*"Test":"TestGhost"' report || true) ended" "1 begun, 0 ended"
code=0; gotestsum --junitfile report.xml -- -count=1 . >/dev/null 2>&1 || code=$?
is "gotestsum" "exit $code, $(grep -c '<failure' report.xml) failures" "exit 0, 2 failures"
