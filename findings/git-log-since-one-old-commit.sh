#!/usr/bin/env bash
# git 2.39.5, `git log --since=DATE` where the newest commit has an old committer date, as a machine with a wrong clock makes it.
# Expected: a filter: that one commit is left out and those of today below it are listed.
# Happens: the walk ends at the first commit that is too old, so nothing is listed, exit 0. With --since-as-filter the others are there.
# Matters: "what changed since the last run" is "nothing" because of one wrong clock.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
for name in one two; do GIT_COMMITTER_DATE='2024-06-01T12:00:00Z' git commit -q --allow-empty -m "$name"; done
is "since 2023, before" "$(git log --since=2023-01-01 --format=%s | tr '\n' ' ')" "two one "
GIT_COMMITTER_DATE='2020-01-01T00:00:00Z' git commit -q --allow-empty -m wrong-clock
code=0; said=$(git log --since=2023-01-01 --format=%s) || code=$?
is "exit and commits after one with an old date" "$code <$said>" "0 <>"
is "with --since-as-filter" "$(git log --since-as-filter=2023-01-01 --format=%s | tr '\n' ' ')" "two one "
