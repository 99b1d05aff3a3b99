#!/usr/bin/env bash
# git 2.39.5, `git rev-parse --verify`, the usual question whether a revision is there.
# Expected: exit 1 for a commit that the repository does not have.
# Happens: any forty hexadecimal digits are printed with exit 0; thirty-nine of them are refused. With `^{commit}` after them the answer is right.
# Matters: "is this commit here yet" before a fetch or a checkout is always yes, and the failure comes later and elsewhere.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
hash=0123456789012345678901234567890123456789
code() { local code=0; git rev-parse --quiet --verify "$1" >/dev/null 2>&1 || code=$?; echo "$code"; }
is "objects in the repository" "$(git count-objects)" "0 objects, 0 kilobytes"
is "exit for forty digits" "$(code "$hash")" 0
is "exit for thirty-nine" "$(code "${hash%9}")" 1
is "exit with ^{commit}" "$(code "$hash^{commit}")" 1
