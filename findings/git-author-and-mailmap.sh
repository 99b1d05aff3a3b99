#!/usr/bin/env bash
# git 2.39.5, `--author` in a repository with a .mailmap.
# Expected: `git log --author` and `git rev-list --author` find the same commits, those whose author it is.
# Happens: `git log` compares with what .mailmap makes of the author, and does so unasked; `git rev-list` compares with what the commit says. Of an author with two addresses each finds what the other does not.
# Matters: a tool that lists with one and counts with the other is at odds with itself; for a bot's own address, or for the name that stands in the commit, `git log` finds nothing once somebody added a line to .mailmap.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
git commit -q --allow-empty -m one --author "Old Name <old@example.invalid>"
found() { "$@" HEAD | wc -l | tr -d ' '; }
is "git log --author=old@, without .mailmap" "$(found git log --format=%H --author=old@)" 1
echo "New Name <new@example.invalid> <old@example.invalid>" >.mailmap
is "author in the commit" "$(git log -1 --format='%an <%ae>')" "Old Name <old@example.invalid>"
is "git log --author=old@" "$(found git log --format=%H --author=old@)" 0
is "git rev-list --author=old@" "$(found git rev-list --author=old@)" 1
is "git log --author=new@" "$(found git log --format=%H --author=new@)" 1
is "git rev-list --author=new@" "$(found git rev-list --author=new@)" 0
is "git log --no-mailmap --author=old@" "$(found git log --no-mailmap --format=%H --author=old@)" 1
