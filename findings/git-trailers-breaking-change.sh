#!/usr/bin/env bash
# git 2.39.5 reading the trailers of a message in the form of Conventional Commits.
# Expected: BREAKING CHANGE stands among the trailers, as its specification has it, and the others in the paragraph are read.
# Happens: a key with a blank is none for git, so the paragraph counts as prose, and none of its trailers is there, for `git log --format='%(trailers)'` and `git interpret-trailers`. With BREAKING-CHANGE instead, or with a Signed-off-by beside it, they are read.
# Matters: of just the commits that break something nobody finds who wrote them with whom, who reviewed them and which issue they close.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
trailers() { git commit -q --allow-empty -m "feat: drop the old door" -m "$1"; git log -1 --format='%(trailers:keyonly)' | tr '\n' ' '; }
is "Co-authored-by alone" "$(trailers 'Co-authored-by: a <a@example.invalid>')" "Co-authored-by  "
is "with BREAKING CHANGE" "$(trailers $'BREAKING CHANGE: it is gone\nCo-authored-by: a <a@example.invalid>')" " "
is "with BREAKING-CHANGE" "$(trailers $'BREAKING-CHANGE: it is gone\nCo-authored-by: a <a@example.invalid>')" "BREAKING-CHANGE Co-authored-by  "
is "with a Signed-off-by too" "$(trailers $'BREAKING CHANGE: it is gone\nCo-authored-by: a <a@example.invalid>\nSigned-off-by: b <b@example.invalid>')" "BREAKING CHANGE: it is gone Co-authored-by Signed-off-by  "
is "interpret-trailers --parse" "$(printf 'feat: a\n\nBREAKING CHANGE: it is gone\nFixes: 1\n' | git interpret-trailers --parse | wc -l | tr -d ' ')" 0
