#!/usr/bin/env bash
# git 2.39.5, `git interpret-trailers --parse` and `git log --format=%(trailers)` on one commit message.
# Expected: both find the same trailers.
# Happens: a line of three dashes in the message ends it for interpret-trailers (it takes the rest for a patch): it finds none, exit 0. git log finds the trailer; --no-divider makes both agree.
# Matters: whoever pipes a stored message into interpret-trailers misses sign-offs and co-authors that everyone sees in the log.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
printf 'Fix the sum\n\nText above\n---\nText below\n\nReviewed-by: A <a@example.invalid>\n' >message
git commit -q --allow-empty -F message
is "git log" "$(git log -1 --format='%(trailers)')" "Reviewed-by: A <a@example.invalid>"
code=0; said=$(git log -1 --format=%B | git interpret-trailers --parse) || code=$?
is "exit and words of interpret-trailers" "$code<$said>" "0<>"
is "interpret-trailers --no-divider" "$(git log -1 --format=%B | git interpret-trailers --parse --no-divider)" "Reviewed-by: A <a@example.invalid>"
