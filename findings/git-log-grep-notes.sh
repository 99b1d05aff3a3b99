#!/usr/bin/env bash
# git 2.39.5, `git log --grep` where a commit has a note.
# Expected: `--grep` says which commits are listed, the format how they are shown; the one does not change the other.
# Happens: a word that is only in the note is found by `git log`, and not by `git log --oneline`, `--format=%h` or `git rev-list`: the format decides whether notes are searched.
# Matters: a search tried by eye finds the commit, and the same search in a script, which asks for a format, finds none with exit 0.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
git commit -q --allow-empty -m "Fix the sum"
git notes add -m "approved on Monday"
is "commits found by git log" "$(git log --grep=approved | grep -c '^commit ')" 1
is "found by --oneline" "$(git log --oneline --grep=approved | wc -l)" 0
is "found by --format=%h" "$(git log --format=%h --grep=approved | wc -l)" 0
is "found by rev-list" "$(git rev-list --grep=approved HEAD | wc -l)" 0
is "found by --oneline --notes" "$(git log --oneline --notes --grep=approved | grep -c 'Fix the sum')" 1
