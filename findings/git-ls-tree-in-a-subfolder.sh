#!/usr/bin/env bash
# git 2.39.5, `git ls-tree`, `git archive` and `git diff --name-only` in a subfolder.
# Expected: a commit's files are the same wherever one stands.
# Happens: `ls-tree -r HEAD` and `archive HEAD` have that folder alone, with paths that begin in it; `diff --name-only` has all, with paths
# from the root. Exit 0 each.
# Matters: in a package of a monorepo "changed and still there" compares `src/a` with `packages/one/src/a` and finds nothing.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
mkdir sub
echo one >sub/in
echo one >out
git add .
git commit -q -m one
echo two >sub/in
echo two >out
git commit -q -a -m two
cd sub
is "ls-tree" "$(git ls-tree -r --name-only HEAD)" in
is "archive" "$(git archive HEAD | tar tf -)" in
is "diff" "$(git diff --name-only HEAD~1 | tr '\n' ' ')" "out sub/in "
is "ls-tree --full-tree" "$(git ls-tree -r --full-tree --name-only HEAD | tr '\n' ' ')" "out sub/in "
