#!/usr/bin/env bash
# git 2.39.5, `git shortlog -sn` with standard input that is no terminal, as in CI, cron or a container.
# Expected: the authors of the current branch, as when it is typed.
# Happens: it reads a log from standard input instead: no output, exit 0. With the revision named (`HEAD`) the authors are there.
# Matters: a release step that thanks its authors, or counts them, finds none and goes on.
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
code=0; said=$(git shortlog -sn </dev/null) || code=$?
is "exit and output without a terminal" "$code <$said>" "0 <>"
is "with HEAD named" "$(git shortlog -sn HEAD </dev/null | tr -d ' ' | tr '\t' ' ')" "1 n"
