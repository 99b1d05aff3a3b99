#!/usr/bin/env bash
# git 2.39.5, `git ls-remote --exit-code --heads REMOTE BRANCH`, the usual question whether a branch is there.
# Expected: exit 2 when the remote has no branch of that name.
# Happens: asked for `fix` it exits 0 when there is only `hot/fix`, since a name matches the end of any longer one after a slash. The full `refs/heads/fix` is exit 2.
# Matters: "the branch is there already" is told of a branch that is not, and the commit that is printed is another branch's.
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
git branch hot/fix
is "is there a branch fix" "$(git rev-parse --quiet --verify refs/heads/fix || echo no)" no
code=0; said=$(git ls-remote --exit-code --heads . fix) || code=$?
is "exit and branch of ls-remote for fix" "$code ${said#*$'\t'}" "0 refs/heads/hot/fix"
code=0; git ls-remote --exit-code --heads . refs/heads/fix || code=$?
is "exit for refs/heads/fix" "$code" 2
