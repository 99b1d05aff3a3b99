#!/usr/bin/env bash
# git 2.39.5, `git log --author`.
# Expected: `git log --author='helper[bot]'` lists the commits of the App whose name is exactly that, as hosts write such names.
# Happens: brackets are a set of letters, so it lists none, with exit 0; it does list a person called "helperb". `-F` makes it the name.
# Matters: a check that nobody but a bot touched a branch, or a count of a bot's commits, is silently empty.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
git commit -q --allow-empty --author='helper[bot] <1+helper[bot]@users.example>' -m bot
git commit -q --allow-empty --author='helperb <b@users.example>' -m person
is "by the App's name, it finds" "$(git log --author='helper[bot]' --format=%an | paste -sd ' ')" "helperb"
is "with -F" "$(git log -F --author='helper[bot]' --format=%an)" "helper[bot]"
