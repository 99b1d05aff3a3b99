#!/usr/bin/env bash
# git 2.39.5, `git diff -w --exit-code` with --name-only, --name-status or --raw.
# Expected: with -w a file in which only spaces changed is no difference, so no name is printed when the exit says "no difference".
# Happens: the exit is 0 (no difference) and the file is listed all the same; --numstat and --quiet leave it out.
# Matters: a list of changed files and the exit of the very same command contradict each other; a scope check on names counts files that the diff shown to a reviewer does not have.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
echo 'a b' >value
git add .
git commit -qm first
echo 'a  b' >value
for form in --name-only --name-status --raw; do
  code=0; said=$(git diff -w --exit-code "$form") || code=$?
  is "exit of $form" "$code" 0
  is "lines of $form" "$(grep -c value <<<"$said")" 1
done
is "lines of --numstat" "$(git diff -w --numstat | wc -l)" 0
code=0; git diff -w --quiet || code=$?
is "exit of --quiet" "$code" 0
