#!/usr/bin/env bash
# git 2.39.5, `git check-ignore`.
# Expected: with `deps/*` and `!deps/pinned` in the ignore file the folder itself is not ignored, only what is in it, however the folder is written.
# Happens: asked of `deps/`, with the slash that marks a folder, it says ignored (exit 0); of `deps` it says no, as `git status` and `git add` see it.
# Matters: a script that marks folders by a slash, since `name/` patterns need it for folders that are not there, takes the pinned file for ignored.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
printf 'deps/*\n!deps/pinned\nbuild/\n' >.gitignore
mkdir deps
touch deps/pinned deps/other
code() { local code=0; git check-ignore -q "$1" || code=$?; echo "$code"; }
is "what git would add of deps" "$(git ls-files --others --exclude-standard deps)" "deps/pinned"
is "exit for deps" "$(code deps)" 1
is "exit for build, which is not there" "$(code build)" 1
is "exit for build/" "$(code build/)" 0
is "exit for deps/" "$(code deps/)" 0
