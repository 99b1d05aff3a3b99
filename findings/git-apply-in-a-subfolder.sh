#!/usr/bin/env bash
# git 2.39.5, `git apply` started in a subfolder of a repository.
# Expected: a patch for a file outside that folder is applied, or refused with a non-zero exit.
# Happens: the file is passed over in silence. Exit 0 and no output, for the real run and for --check; --numstat lists nothing.
# Matters: "the patch applies" and "the patch touches no file" are both false readings of a green exit.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
mkdir source other
echo one >source/value
git add .
git commit -qm first
echo two >source/value
git diff >change.patch
git checkout -q source/value
is "files that --numstat lists at the root" "$(git apply --numstat change.patch | wc -l)" 1
cd other
is "files that --numstat lists in the subfolder" "$(git apply --numstat ../change.patch | grep -c value || true)" 0
code=0; said=$(git apply --check ../change.patch 2>&1) || code=$?
is "exit and words of apply --check" "$code<$said>" "0<>"
code=0; said=$(git apply ../change.patch 2>&1) || code=$?
is "exit and words of apply" "$code<$said>" "0<>"
is "the file afterwards" "$(cat ../source/value)" one
