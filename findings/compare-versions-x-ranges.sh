#!/usr/bin/env bash
# compare-versions 6.1.1 (npm), whose `satisfies` takes npm's version ranges, says its README; against npm's own semver 7.7.3.
# Expected: 1.2.3 is in `1.x` and `1.2`, is not above `1.2`, and is at most `1.2`, since a part that is left out stands for any.
# Happens: the opposite each time, without an error; `*` throws.
# Matters: a check of `engines` or of a lockfile's ranges says no to what npm installs, and yes to what it does not.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent compare-versions@6.1.1 semver@7.7.3
cat >ask.cjs <<'J'
const ours = require("compare-versions").satisfies;
const npms = require("semver").satisfies;
for (const range of ["1.x", "1.2", ">1.2", "<=1.2", "^1 || ^2"]) console.log(npms("1.2.3", range), ours("1.2.3", range));
J
mapfile -t saw < <(node ask.cjs)
is "1.x: npm, library" "${saw[0]}" "true false"
is "1.2" "${saw[1]}" "true false"
is ">1.2" "${saw[2]}" "false true"
is "<=1.2" "${saw[3]}" "true false"
is "^1 || ^2" "${saw[4]}" "true true"
