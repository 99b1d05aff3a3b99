#!/usr/bin/env bash
# Staticcheck 2023.1 (Debian's golang-honnef-go-tools-dev), `-f sarif`, built with Go 1.19.8.
# Expected: findings give exit code 1, as with `-f json` and `-f text`; code that does not compile is an invocation that did not succeed.
# Happens: exit 0 for both; what does not compile is a result of level warning, and `executionSuccessful` is true.
# Matters: a step that uploads SARIF is green for code that was not analysed at all, and nothing in the report says so but the rule's name.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version golang-honnef-go-tools-dev 2023.1
[ "$(go version 2>/dev/null | cut -d' ' -f3)" = "go1.19.8" ] || { echo "this finding is about Go 1.19.8"; exit 1; }
command -v node >/dev/null || { echo "node is missing: it is needed to read the report"; exit 1; }
GO111MODULE=off GOPATH=/usr/share/gocode go build -o staticcheck honnef.co/go/tools/cmd/staticcheck
export GOFLAGS=-mod=mod GO111MODULE=on
mkdir shop && cd shop
printf 'module shop.example\n\ngo 1.19\n' >go.mod
check() { local code=0; ../staticcheck -f "$1" ./... >said 2>&1 || code=$?; echo "exit $code"; }
seen() { node -p 'const [run] = JSON.parse(require("fs").readFileSync("said")).runs; [...run.results.map(({ ruleId }) => ruleId), run.invocations[0].executionSuccessful].join(" ")'; }
printf 'package shop\n\nfunc unused() {}\n' >shop.go
is "a finding, as JSON" "$(check json)" "exit 1"
is "a finding, as SARIF" "$(check sarif)" "exit 0"
is "the report" "$(seen)" "U1000 true"
printf 'package shop\n\nfunc Price() int { return "x" }\n' >shop.go
is "code that does not compile, as JSON" "$(check json)" "exit 1"
is "code that does not compile, as SARIF" "$(check sarif)" "exit 0"
is "the report" "$(seen)" "compile true"
