#!/usr/bin/env bash
# git 2.39.5, `--check` for a merge commit.
# Expected: `git show --check HEAD` finds the conflict markers that the newest commit brought in, as it does for any commit.
# Happens: when the commit is a merge, where markers come from, `git show --check` and `git diff-tree --check` find nothing, exit 0. `git diff --check HEAD~1 HEAD` on the same commit is exit 2.
# Matters: a step that checks the pushed commit passes one in which a conflict was committed with its markers.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
echo one >a; git add a; git commit -qm one
git checkout -q -b side; echo side >a; git commit -qam side
git checkout -q main; echo main >a; git commit -qam main
git merge -q side >/dev/null || true
git commit -qam "merge with its markers"
code() { local code=0; "$@" >said 2>&1 || code=$?; echo "$code"; }
is "markers in the commit" "$(git show HEAD:a | grep -c '^[<=>]\{7\}')" 3
is "git show --check" "$(code git show --check --format= HEAD)" 0
is "bytes that it said" "$(tr -d '\n' <said | wc -c | tr -d ' ')" 0
is "git diff-tree --check" "$(code git diff-tree -r --check HEAD)" 0
is "git diff --check" "$(code git diff --check HEAD~1 HEAD)" 2
git checkout -q -b flat HEAD~1; git checkout -q main -- a; git commit -qm "the same without a merge"
is "git show --check on a plain commit" "$(code git show --check --format= HEAD)" 2
