#!/usr/bin/env bash
# git 2.39.5, `git clean -fdx` where a folder holds a repository of its own.
# Expected: everything that is not tracked is gone, or the exit code or a word says what stayed.
# Happens: the nested repository stays with all its files, without a word, exit 0; `git status` still lists it as untracked. A second -f removes it.
# Matters: a working folder that was "cleaned" between two runs carries files from one into the next.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
mkdir nested
git init -q nested
touch nested/left loose
code=0; said=$(git clean -fdx) || code=$?
is "exit and words" "$code<$said>" "0<Removing loose>"
is "what is left" "$(git status --porcelain)" "?? nested/"
is "its file" "$(ls nested)" left
is "with -ffdx" "$(git clean -ffdx)" "Removing nested/"
