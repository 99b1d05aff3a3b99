#!/usr/bin/env bash
# git 2.39.5, `git commit --trailer` and `git interpret-trailers --trailer`, which put a line such as Co-authored-by at a message's end.
# Expected: what the message says stays as it is.
# Happens: an address alone in the last paragraph is taken for a trailer named "https" and written anew, with a blank after its colon; the new trailer joins its paragraph.
# Matters: the link to the ticket or the run at the end of a message is broken in every commit that a tool signs so. With a word before the address it stays.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
ticket=https://tickets.example/123
commit() { git commit -q --allow-empty "$@" --trailer 'Co-authored-by: a <a@example.invalid>'; git log -1 --format=%B | tail -n +3 | head -2 | tr '\n' '|'; }
is "a message that ends with 'See <address>'" "$(commit -m subject -m "See $ticket")" "See $ticket||"
is "a message that ends with an address" "$(commit -m subject -m "$ticket")" "https: //tickets.example/123|Co-authored-by: a <a@example.invalid>|"
is "interpret-trailers" "$(printf 'subject\n\n%s\n' "$ticket" | git interpret-trailers --trailer 'Fixes: 1' | tail -n +3 | tr '\n' '|')" "https: //tickets.example/123|Fixes: 1|"
is "what it is to git" "$(git log -1 --format='%(trailers:key=https,valueonly)' | head -1)" "//tickets.example/123"
