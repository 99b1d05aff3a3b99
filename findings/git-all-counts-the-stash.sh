#!/usr/bin/env bash
# git 2.39.5, `--all`.
# Expected: `git log --all` and `git rev-list --all` list the commits of all branches and tags.
# Happens: they list the two or three commits that `git stash` made of what was put away as well.
# Matters: a scan of the history for secrets, or a count of commits, has what was never committed.
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
echo two >file
git stash push -q
is "rev-list --all" "$(git rev-list --all --count)" 3
is "rev-list --branches --tags" "$(git rev-list --branches --tags --count)" 1
is "log --all" "$(git log --all --format=%s | grep -c -E '^(WIP|index) on main: ')" 2
