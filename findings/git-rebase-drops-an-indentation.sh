#!/usr/bin/env bash
# git 2.39.5, `git rebase` and `git cherry` of a commit that adds a line which the other branch added with another indentation.
# Expected: a conflict, since the two differ at the same place: one calls publish() in the `if`, the other always.
# Happens: to git they are the same change: `cherry` marks the commit with "-", as one that is upstream already, and `rebase` leaves it out with a warning, exit 0.
# `--reapply-cherry-picks` has the conflict.
# Matters: in Python and YAML indentation is meaning; the commit is gone from the branch, and what it did with it.
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
write() {
  printf '%s\n' "$@" >run.py
  git add run.py
}
write 'if ready:' '    build()'
git commit -q -m base
git checkout -q -b always
write 'if ready:' '    build()' 'publish()'
git commit -q -m 'Publish always'
git checkout -q main
write 'if ready:' '    build()' '    publish()'
git commit -q -m 'Publish when ready'
is "cherry" "$(git cherry main always | cut -c1)" "-"
git checkout -q always
git branch kept
code=0
said=$(git rebase main 2>&1) || code=$?
is "exit of rebase, and what it says" "$code $(grep -o 'skipped previously applied commit' <<<"$said")" "0 skipped previously applied commit"
is "the branch" "$(git log --format=%s always | tr '\n' ',')" "Publish when ready,base,"
is "the line" "$(tail -1 run.py)" "    publish()"
git checkout -q kept
code=0
git rebase -q --reapply-cherry-picks main >/dev/null 2>&1 || code=$?
is "exit with --reapply-cherry-picks" "$code" 1
