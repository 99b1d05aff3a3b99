#!/usr/bin/env bash
# git 2.39.5, `git rebase --continue` with an editor that changes nothing (GIT_EDITOR=true, as scripts set it), after a conflict.
# Expected: the commit keeps the message that it had.
# Happens: every line that begins with `#` is taken for a comment and is gone, exit 0: a heading, and a sentence that begins with an issue number.
# Matters: a bot that resolves conflicts rewrites messages that people wrote, and drops the references in them.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
echo 1 >file
git add file
git commit -q -m base
git checkout -q -b topic
echo 2 >file
git commit -q -a -m 'Fix the count

# Why

#12 was the cause.
Last line.'
is "lines of the message with #" "$(git log -1 --format=%B | grep -c '^#')" 2
git checkout -q main
echo 3 >file
git commit -q -a -m other
git checkout -q topic
git rebase main >/dev/null 2>&1 || true
echo 4 >file
git add file
code=0; GIT_EDITOR=true git rebase --continue >/dev/null 2>&1 || code=$?
is "exit of --continue" "$code" 0
is "the message now" "$(git log -1 --format=%B | tr -s '\n' '|')" "Fix the count|Last line.|"
