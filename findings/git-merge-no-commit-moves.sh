#!/usr/bin/env bash
# git 2.39.5, `git merge --no-commit`.
# Expected: the branch stays where it is until somebody commits.
# Happens: where the other branch is ahead, it is fast-forwarded at once; `merge --abort` then has nothing to abort.
# Matters: a script that tries a merge and takes it back leaves the branch moved exactly where there was no conflict.
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
git commit -q --allow-empty -m ahead
git checkout -q main
before=$(git rev-parse HEAD)
git merge -q --no-commit side
is "the branch is at the other's commit" "$(git log -1 --format=%s)" ahead
code=0
git merge --abort 2>/dev/null || code=$?
is "exit of merge --abort" "$code" 128
git reset -q --hard "$before"
git merge -q --no-commit --no-ff side 2>/dev/null >&2
is "with --no-ff" "$(git log -1 --format=%s)" one
