#!/usr/bin/env bash
# git 2.39.5, `git diff-tree -r` of two commits, where .gitmodules in the working tree says `ignore = all`.
# Expected: the plumbing compares two trees and tells each entry that differs, whatever a file in the working tree says.
# Happens: the submodule that moved is not told: no output, exit 0. In a bare clone the same two commits differ; so they do with --ignore-submodules=none.
# Matters: a list of changed paths from a checkout misses a change of code that the list from the server has.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main part
git -C part commit -q --allow-empty -m one
one=$(git -C part rev-parse HEAD)
git -C part commit -q --allow-empty -m two
two=$(git -C part rev-parse HEAD)
git init -q -b main whole
cd whole
printf '[submodule "dep"]\n\tpath = dep\n\turl = ./dep\n\tignore = all\n' >.gitmodules
git add .gitmodules
git update-index --add --cacheinfo "160000,$one,dep"
git commit -q -m first
git update-index --cacheinfo "160000,$two,dep"
git commit -q -m second
code=0; said=$(git diff-tree -r --name-only HEAD~ HEAD) || code=$?
is "exit and paths in the checkout" "$code <$said>" "0 <>"
is "with --ignore-submodules=none" "$(git diff-tree -r --name-only --ignore-submodules=none HEAD~ HEAD)" dep
git clone -q --bare . ../bare.git
is "in a bare clone" "$(git -C ../bare.git diff-tree -r --name-only HEAD~ HEAD)" dep
