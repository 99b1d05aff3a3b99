#!/usr/bin/env bash
# git 2.39.5, `git diff-index --quiet HEAD`.
# Expected: exit 0 as long as no file differs from HEAD.
# Happens: a file whose time alone changed is told as changed, exit 1 and its name, until something refreshes the index, as
# `git diff --quiet` does, or `git status`.
# Matters: the usual "is the tree clean" line of release scripts says no after a checkout was copied or restored from a cache.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
echo one >file
git add .
git commit -q -m one
code() { local code=0; "$@" >/dev/null || code=$?; echo "$code"; }
touch -d "2020-01-01" file
is "diff-index --quiet HEAD after touch" "$(code git diff-index --quiet HEAD)" 1
is "diff-index --name-only HEAD" "$(git diff-index --name-only HEAD)" file
is "diff --quiet HEAD" "$(code git diff --quiet HEAD)" 0
is "diff-index --quiet HEAD after git status" "$(git status >/dev/null; code git diff-index --quiet HEAD)" 0
