#!/usr/bin/env bash
# git 2.39.5, `git patch-id --stable`.
# Expected: two patches that make programs behave differently have different ids.
# Happens: spaces do not enter the id, so moving a Python line out of its `if` gives the same id as leaving it in; only --verbatim tells them apart.
# Matters: an approval or a cached verdict kept under the patch id is handed on to a change nobody looked at.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
printf 'def f(a):\n    return a\n' >f.py
git add .
git commit -qm first
printf 'def f(a):\n    if a:\n        log(a)\n        drop(a)\n    return a\n' >f.py
git diff >inside.patch
printf 'def f(a):\n    if a:\n        log(a)\n    drop(a)\n    return a\n' >f.py
git diff >outside.patch
id() { git patch-id "$2" <"$1" | cut -d' ' -f1; }
is "patches that differ" "$(cmp -s inside.patch outside.patch && echo no || echo yes)" yes
is "same id with --stable" "$([ "$(id inside.patch --stable)" = "$(id outside.patch --stable)" ] && echo yes || echo no)" yes
is "same id with --verbatim" "$([ "$(id inside.patch --verbatim)" = "$(id outside.patch --verbatim)" ] && echo yes || echo no)" no
