#!/usr/bin/env bash
# parse-git-diff 0.0.20 (npm), a reader of git's diffs, on what `git diff --binary` and `git show` print.
# Expected: the files that git names, or an error.
# Happens: one file with a binary patch ends the reading: it and all after it are left out, and when it comes first there is no change at all. A diff with a commit's head before it has no files either.
# Matters: a review or a count of changed lines sees nothing of a change that has a picture in it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent parse-git-diff@0.0.20
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
git init -q -b main repo
write() { printf '%s' "$1" >repo/code.js; printf '%s' "$1" >repo/main.js; printf '\0%s' "$1" >repo/logo.png; git -C repo add .; git -C repo commit -qm "$1"; }
write one; write two
cat >ask.mjs <<'J'
import { readFileSync } from "node:fs";
import parse from "parse-git-diff";
console.log((parse.default ?? parse)(readFileSync(0, "utf8")).files.map(({ path }) => path).join(" ") || "none");
J
files() { git -C repo "$@" | node ask.mjs; }
is "git diff --name-only" "$(git -C repo diff --name-only HEAD~1 | tr '\n' ' ')" "code.js logo.png main.js "
is "git diff" "$(files diff HEAD~1)" "code.js logo.png main.js"
is "git diff --binary" "$(files diff --binary HEAD~1)" "code.js"
is "git diff --binary of the picture and main.js" "$(files diff --binary HEAD~1 -- logo.png main.js)" "none"
is "git show" "$(files show)" "none"
is "git show without the commit's head" "$(files show --format=)" "code.js logo.png main.js"
