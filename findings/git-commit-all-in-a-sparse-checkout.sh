#!/usr/bin/env bash
# git 2.39.5, `git commit -a` in a sparse checkout.
# Expected: what `git status` shows as modified is committed, or the commit fails.
# Happens: a file outside the chosen folders that was written anew is " M" for `git status`, and `git commit -a` leaves it out: exit 0, not a word about it.
# Matters: an agent that writes a file outside its part of a large repository has half of its change committed, and pushes it.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main whole
mkdir whole/in whole/out; echo old >whole/in/a; echo old >whole/out/b
git -C whole add .; git -C whole commit -qm one
git clone -q whole part; cd part
git sparse-checkout set in
is "files" "$(echo */*)" "in/a"
mkdir out; echo new >in/a; echo new >out/b
is "git status" "$(git status --short | tr '\n' '|')" " M in/a| M out/b|"
code=0; git commit -am both >said 2>&1 || code=$?
is "git commit -a" "$code" 0
is "lines about out/b" "$(grep -c out said || true)" 0
is "files in the commit" "$(git show --format= --name-only HEAD)" "in/a"
