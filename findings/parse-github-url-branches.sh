#!/usr/bin/env bash
# parse-github-url 1.0.4 (npm), a reader of addresses of repositories.
# Expected: a branch's name may hold a slash; an address that names no branch has none; a pull request is no branch.
# Happens: `/tree/feat/x` is the branch "feat"; an address without one is told to be on "master"; `/pull/12` is the branch "pull".
# Matters: work is looked for on a branch that does not exist, in a repository whose default has long been another.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent parse-github-url@1.0.4
cat >ask.cjs <<'J'
const parse = require("parse-github-url");
for (const rest of ["/tree/feat/x", "", "/pull/12"]) console.log(parse(`https://github.com/acme/shop${rest}`).branch);
J
mapfile -t saw < <(node ask.cjs)
is "branch of /tree/feat/x" "${saw[0]}" "feat"
is "branch of an address that names none" "${saw[1]}" "master"
is "branch of /pull/12" "${saw[2]}" "pull"
