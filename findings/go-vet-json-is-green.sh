#!/usr/bin/env bash
# `go vet -json` of Go 1.19.8.
# Expected: findings give an exit code other than 0, as without `-json`, and the JSON is a document on standard output.
# Happens: exit 0 with findings; standard output is empty, and on standard error each package is a comment line with a document of its own.
# Matters: `go vet -json ./... > vet.json` is green, and leaves an empty file.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

[ "$(go version 2>/dev/null | cut -d' ' -f3)" = "go1.19.8" ] || { echo "this finding is about Go 1.19.8"; exit 1; }
export GOCACHE="$folder/cache" GOFLAGS=-mod=mod GO111MODULE=on
printf 'module shop.example\n\ngo 1.19\n' >go.mod
printf 'package shop\n\nimport "fmt"\n\nfunc F(n int) { fmt.Printf("%%s\\n", n) }\n' >shop.go
code=0; go vet ./... >/dev/null 2>&1 || code=$?
is "go vet, exit" "$code" 2
code=0; go vet -json ./... >out 2>err || code=$?
is "go vet -json, exit" "$code" 0
is "its findings" "$(grep -c '"posn"' err)" 1
is "bytes on standard output" "$(wc -c <out | tr -d ' ')" 0
is "how standard error begins" "$(head -n 1 err)" "# shop.example"
