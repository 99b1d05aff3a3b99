#!/usr/bin/env bash
# git 2.39.5, `git format-patch` and `git am`.
# Expected: the patches of a branch, applied where it began, make the branch's files.
# Happens: what a merge commit itself brought (the mended conflict, the file added with it) is in no patch, and an empty commit is none;
# both commands say nothing and exit 0, and the files are others.
# Matters: a change that is handed over as patches loses just those lines that a person wrote by hand.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
echo one >file
git add .
git commit -q -m one
git checkout -q -b side
echo side >side
git add .
git commit -q -m side
git checkout -q main
echo main >own
git add .
git commit -q -m main
git merge -q --no-commit side 2>/dev/null >&2
echo mended >mended
git add .
git commit -q -m "Merge side, and mend what broke"
git commit -q --allow-empty -m "Ask CI again"
is "commits" "$(git rev-list --count main~3..main)" 4
code=0
git format-patch --stdout main~3 >patches || code=$?
is "exit of format-patch, patches" "$code $(grep -c '^Subject:' patches)" "0 2"
git checkout -q -b again main~3
git am -q patches
is "what is missing" "$(git diff --name-status again main --)" "$(printf 'A\tmended')"
