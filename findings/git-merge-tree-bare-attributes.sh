#!/usr/bin/env bash
# git 2.39.5, `git merge-tree --write-tree`.
# Expected: what it merges depends on the two commits alone, so a server's bare copy answers as a checkout does.
# Happens: `merge=union` in the commits' own .gitattributes counts in a checkout (clean, exit 0) and not in a bare clone of it (conflict, exit 1).
# Matters: a forge or a bot that asks a bare copy says "conflict" where whoever tries it at home merges without one.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main work
cd work
echo '*.md merge=union' >.gitattributes
echo start >notes.md
git add .
git commit -qm start
git checkout -q -b side
echo left >>notes.md
git commit -qam left
git checkout -q main
echo right >>notes.md
git commit -qam right
git clone -q --bare . ../bare.git
code() { local code=0; git merge-tree --write-tree main side >/dev/null || code=$?; echo "$code"; }
is "in the checkout: exit" "$(code)" 0
cd ../bare.git
is "in the bare clone: exit" "$(code)" 1
