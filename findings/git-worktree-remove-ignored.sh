#!/usr/bin/env bash
# git 2.39.5, `git worktree remove` without --force.
# Expected: it refuses while a file is there that is in no commit, as it does for an untracked one.
# Happens: files that .gitignore names do not count: they are deleted, without a word, exit 0.
# Matters: an agent's .env, local database, logs and reports are gone with the worktree, though nobody forced anything.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main main; cd main
printf '.env\n' >.gitignore; git add .; git commit -qm one
git worktree add -q ../other
echo secret >../other/.env; echo text >../other/untracked
code() { local code=0; "$@" >said 2>&1 || code=$?; rm -f said; echo "$code"; }
is "with an untracked file" "$(code git worktree remove ../other)" 128
rm ../other/untracked
is "with an ignored file" "$(code git worktree remove ../other)" 0
is "is it there" "$(test -e ../other/.env && echo yes || echo no)" no
