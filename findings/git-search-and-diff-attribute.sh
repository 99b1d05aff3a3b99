#!/usr/bin/env bash
# git 2.39.5, the attribute `-diff` (as is usual for lockfiles) and the searches `git log -S`, `git log -G` and `git grep`.
# Expected: `-diff` keeps a long diff from being shown; what is found by a search stays the same.
# Happens: `git log -G` no longer finds the commit that brought the word, exit 0; `git log -S` does. `git grep` says "Binary file ... matches" of plain text, without the line.
# Matters: "which commit changed this in the lockfile" is answered with "none" by one of two options that are taken for the same.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
printf 'lock.txt -diff\n' >.gitattributes
printf 'left-pad 1.3.0\n' >lock.txt
git add .
git commit -q -m "Add the lockfile"
is "git log -S" "$(git log --format=%s -Sleft-pad)" "Add the lockfile"
code=0; said=$(git log --format=%s -Gleft-pad) || code=$?
is "exit and words of git log -G" "$code<$said>" "0<>"
is "git log -G --text" "$(git log --format=%s -Gleft-pad --text)" "Add the lockfile"
is "git grep" "$(git grep left-pad)" "Binary file lock.txt matches"
