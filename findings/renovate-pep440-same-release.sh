#!/usr/bin/env bash
# @renovatebot/pep440 4.2.4 (npm), satisfies, beside its own gt and lt. Python's packaging says true of each of the four.
# Expected: a version that is greater than another meets `>` of it, where that excludes neither: PEP 440 lets `>` pass over post-releases and local versions of a
# plain version only, and `<` over its candidates.
# Happens: two versions with the same numbers meet neither: 1.0.post2 not `>1.0.post1`, 1.0rc2 not `>1.0rc1` (with `prereleases: true`), 2!1.0, of a later epoch, not
# `>1.0`, and 1.0 not `<2!1.0`. `gt` and `lt` say that they are; `>=` and `<=` are right.
# Matters: a dependant that asks for more than a broken post-release is told that there is none.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @renovatebot/pep440@4.2.4
cat >ask.mjs <<'J'
import { gt, lt, satisfies } from "@renovatebot/pep440";
const [version, sign, other] = process.argv.slice(2);
console.log((sign.startsWith(">") ? gt : lt)(version, other), satisfies(version, sign + other, { prereleases: true }));
J
is "a later post-release" "$(node ask.mjs 1.0.post2 '>' 1.0.post1)" "true false"
is "a later candidate" "$(node ask.mjs 1.0rc2 '>' 1.0rc1)" "true false"
is "a later epoch" "$(node ask.mjs '2!1.0' '>' 1.0)" "true false"
is "an earlier epoch" "$(node ask.mjs 1.0 '<' '2!1.0')" "true false"
is "a later epoch and number" "$(node ask.mjs '2!1.1' '>' 1.0)" "true true"
is "with an equals sign" "$(node ask.mjs 1.0.post2 '>=' 1.0.post1)" "true true"
