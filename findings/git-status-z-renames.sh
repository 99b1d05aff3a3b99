#!/usr/bin/env bash
# git 2.39.5, `git status --porcelain -z`.
# Expected: a rename is told as the old name and then the new one, as `git diff --name-status -z` tells it.
# Happens: with `-z`, `git status` tells the new name first and the old one after it; without `-z` it is `old -> new`.
# Matters: a reader that takes both lists the same way has every rename the wrong way round, and no error.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
seq 20 >old
git add .
git commit -q -m one
git mv old new
is "git status --porcelain" "$(git status --porcelain)" "R  old -> new"
is "git status --porcelain -z" "$(git status --porcelain -z | tr '\0' '|')" "R  new|old|"
is "git diff --name-status -z" "$(git diff --cached --name-status -M -z | tr '\0' '|')" "R100|old|new|"
