#!/usr/bin/env bash
# git 2.39.5, the same star in `git for-each-ref` and `git branch --list`.
# Expected: `refs/heads/feat*` and `feat*` list the same branches.
# Happens: the star of for-each-ref stops at a slash, so feat/b is left out; that of `git branch --list` does not, and lists it.
# Matters: a clean-up moved from one to the other passes over every branch in a folder, or takes in too many.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
git commit -q --allow-empty -m first
git branch feat-a
git branch feat/b
names() { tr '\n' ' '; }
is "git branch --list" "$(git branch --list --format='%(refname:short)' 'feat*' | names)" "feat-a feat/b "
is "git for-each-ref" "$(git for-each-ref --format='%(refname:short)' 'refs/heads/feat*' | names)" "feat-a "
is "git for-each-ref refs/heads/feat" "$(git for-each-ref --format='%(refname:short)' refs/heads/feat | names)" "feat/b "
