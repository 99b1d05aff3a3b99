#!/usr/bin/env bash
# git 2.39.5, `git apply` of a patch that was made where `diff.noprefix` is set.
# Expected: the header names one file on both sides, src/a.txt, so that file is changed or the patch is refused.
# Happens: the first folder is taken for a prefix whatever it is: a.txt at the top is changed, exit 0, no word. With -p0 it is src/a.txt.
# Matters: one setting in the home of whoever makes the patch moves the change to another file of the same name.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
mkdir src
seq 5 >a.txt
seq 5 >src/a.txt
git add .
git commit -q -m first
sed -i 's/3/three/' src/a.txt
git -c diff.noprefix=true diff >"$folder/.git/p.patch"
git checkout -q .
is "the patch names" "$(sed -n 1p .git/p.patch)" "diff --git src/a.txt src/a.txt"
code=0; git apply .git/p.patch || code=$?
is "exit, and the file that was changed" "$code $(git diff --name-only)" "0 a.txt"
git checkout -q .
git apply -p0 .git/p.patch
is "with -p0" "$(git diff --name-only)" "src/a.txt"
