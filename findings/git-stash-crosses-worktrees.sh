#!/usr/bin/env bash
# git 2.39.5, `git stash` in a repository with more than one worktree.
# Expected: a stash belongs to the worktree in which it was made, as index, HEAD and changes do.
# Happens: all worktrees share one list: in the second worktree, on another branch, `git stash list` shows the work of the first, and `git stash pop` takes it away and applies it there, exit 0.
# Matters: of two agents that work side by side in worktrees one puts aside its change and the other gets it.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main one
cd one
echo base >file
git add file
git commit -q -m first
git worktree add -q ../two -b other
echo mine >file
git stash -q
cd ../two
is "stashes seen in the second worktree" "$(git stash list | wc -l)" 1
code=0; git stash pop -q >/dev/null || code=$?
is "exit of pop there, and the file" "$code $(cat file)" "0 mine"
is "stashes left in the first" "$(git -C ../one stash list | wc -l)" 0
