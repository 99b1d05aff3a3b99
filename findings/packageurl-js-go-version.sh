#!/usr/bin/env bash
# packageurl-js 2.0.1 (npm), a reader of package URLs, the names in a list of a product's parts.
# Expected: a Go module at a version that is no full one, `@v1`, is read, or refused with the library's own error and a reason.
# Happens: it is "ReferenceError: throws is not defined", a fault of the library's code; `@v1.2.3` and no version at all are read.
# Matters: a program that tells bad input from its own faults by the kind of error takes one short version for a fault of its own.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent packageurl-js@2.0.1
cat >ask.cjs <<'J'
const { PackageURL } = require("packageurl-js");
for (const text of ["pkg:golang/example.com/a/b@v1.2.3", "pkg:golang/example.com/a/b", "pkg:golang/example.com/a/b@v1"]) {
  try { console.log(PackageURL.fromString(text).toString()); } catch (error) { console.log(`${error.name}: ${error.message}`); }
}
J
mapfile -t saw < <(node ask.cjs)
is "a full version" "${saw[0]}" "pkg:golang/example.com/a/b@v1.2.3"
is "no version" "${saw[1]}" "pkg:golang/example.com/a/b"
is "v1" "${saw[2]}" "ReferenceError: throws is not defined"
