#!/usr/bin/env bash
# git 2.39.5, `git bundle` in a shallow clone, as CI makes it.
# Expected: a bundle that is made without an error and that `git bundle verify` calls okay can be cloned.
# Happens: `create` is exit 0, `verify` says "The bundle records a complete history" and exit 0, and `clone` ends with "remote did not send all necessary
# objects", exit 128: the commits before the shallow one are neither in the bundle nor named as missing.
# Matters: a backup or a hand-over that a CI job made and checked is found to be of no use by whoever needs it.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main origin
for text in one two; do
  echo "$text" >origin/file
  git -C origin add .
  git -C origin commit -q -m "$text"
done
git clone -q --depth 1 "file://$folder/origin" shallow
code=0
git -C shallow bundle create -q ../kept.bundle HEAD main || code=$?
is "exit of create" "$code" "0"
git init -q elsewhere
said=$(git -C elsewhere bundle verify ../kept.bundle 2>&1) || code=$?
is "exit of verify, and what it says" "$code $(grep -o 'records a complete history' <<<"$said")" "0 records a complete history"
said=$(git clone -q kept.bundle copy 2>&1) || code=$?
is "exit of clone, and what it says" "$code $(grep -o 'did not send all necessary objects' <<<"$said")" "128 did not send all necessary objects"
