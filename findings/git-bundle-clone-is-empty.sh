#!/usr/bin/env bash
# git 2.39.5, a bundle made from a branch by name (`git bundle create FILE main`), then cloned.
# Expected: the clone has the files of the one branch that the bundle holds, or the clone fails.
# Happens: exit 0 and an empty working tree: a bundle has a HEAD only when HEAD was named too. With `git bundle create FILE HEAD main` the files are there.
# Matters: a repository that is handed over as a bundle looks empty, and the step after the clone runs on nothing.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main from
cd from
echo text >file
git add file
git commit -q -m first
git bundle create -q ../named.bundle main
git bundle create -q ../headed.bundle HEAD main
cd ..
code=0; git clone -q named.bundle named 2>/dev/null || code=$?
is "exit of the clone" "$code" 0
is "files in it" "$(ls named | wc -l)" 0
is "yet the branch came along" "$(git -C named log -1 --format=%s origin/main)" first
git clone -q headed.bundle headed
is "files with HEAD in the bundle" "$(ls headed)" file
