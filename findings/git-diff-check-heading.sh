#!/usr/bin/env bash
# git 2.39.5, `git diff --check`, the usual step against conflict markers that were left in.
# Expected: it tells conflict markers from text; a file without `<<<<<<<` and `>>>>>>>` has none.
# Happens: a heading of seven letters that is underlined as reStructuredText and Markdown do ("Changes", seven equals signs) is a "leftover conflict marker", exit 2. With six or eight signs it is exit 0.
# Matters: a correct page is refused, and an agent that is told to take the marker out breaks the heading. A longer conflict-marker-size in .gitattributes for that kind of file ends it.
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
underlined() { printf 'Changes\n%s\n\nText.\n' "$1" >page.rst; git add page.rst; local code=0; git diff --check --cached >said || code=$?; echo "$code"; }
is "six signs" "$(underlined ======)" 0
is "eight signs" "$(underlined ========)" 0
is "seven signs, exit" "$(underlined =======)" 2
is "it says" "$(cat said)" "page.rst:2: leftover conflict marker"
echo '*.rst conflict-marker-size=32' >.gitattributes
is "seven signs with a longer marker's size" "$(underlined =======)" 0
