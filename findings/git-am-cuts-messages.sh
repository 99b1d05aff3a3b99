#!/usr/bin/env bash
# git 2.39.5, `git format-patch --stdout | git am`, the two ends of one pipe.
# Expected: the commit that comes out has the message of the one that went in.
# Happens: `[ui]` at the beginning of the subject is taken off, and all below a line of three dashes is dropped, the trailer with it; exit 0. `-k` at both ends keeps the subject, not the rest.
# Matters: a change carried by patch loses its sign-off and the issue it closes, and the log's subject no longer says which part it is about.
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
printf '[ui] Widen the table\n\nAbove\n---\nBelow\n\nFixes: 3\n' >message
echo 1 >file
git add file
git commit -q -F message
git checkout -q -b copy HEAD~1
code=0; git format-patch --stdout main~1..main | git am -q || code=$?
is "exit" "$code" 0
is "subject before" "$(git log -1 --format=%s main)" "[ui] Widen the table"
is "subject after" "$(git log -1 --format=%s)" "Widen the table"
is "trailers before" "$(git log -1 --format='%(trailers:unfold,separator=)' main)" "Fixes: 3"
is "body after" "$(git log -1 --format=%b)" "Above"
git reset -q --hard HEAD~1
git format-patch -k --stdout main~1..main | git am -q -k
is "with -k at both ends" "$(git log -1 --format='%s/%b')" "[ui] Widen the table/Above"
