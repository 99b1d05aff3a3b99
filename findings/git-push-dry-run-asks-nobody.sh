#!/usr/bin/env bash
# git 2.39.5, `git push --dry-run`.
# Expected: it tells whether the push would be taken.
# Happens: exit 0 where the other side declines by a hook, and where it takes no push to the branch that it has checked out: only
# what can be known here is tried.
# Matters: a check of "may this token push" by a dry run is green on every protected branch.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
echo one >file
git add .
git commit -q -m one
code() { local code=0; "$@" >/dev/null 2>&1 || code=$?; echo "$code"; }
git init -q --bare guarded
printf '#!/bin/sh\nexit 1\n' >guarded/hooks/pre-receive
chmod +x guarded/hooks/pre-receive
is "dry run to one that declines" "$(code git push --dry-run guarded main)" 0
is "push to it" "$(code git push guarded main)" 1
git init -q -b main used
git -C used commit -q --allow-empty -m zero
git fetch -q used main
git merge -q --allow-unrelated-histories FETCH_HEAD -m two
is "dry run to a branch that is checked out" "$(code git push --dry-run used main)" 0
is "push to it" "$(code git push used main)" 1
