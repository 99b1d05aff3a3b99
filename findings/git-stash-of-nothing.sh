#!/usr/bin/env bash
# git 2.39.5, `git stash push`.
# Expected: with nothing to put away it fails, or leaves an entry that `git stash pop` takes back.
# Happens: exit 0 and no entry; the `pop` that follows brings back whatever was put away before, by anybody.
# Matters: "stash, run the check on what is committed, pop" on a clean tree ends with an old change in the files.
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
echo "of last week" >file
git stash push -q
code=0
said=$(git stash push) || code=$?
is "exit and words of a stash of nothing" "$code $said" "0 No local changes to save"
git stash pop -q
is "what the pop brings back" "$(cat file)" "of last week"
