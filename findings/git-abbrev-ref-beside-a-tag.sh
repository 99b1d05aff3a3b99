#!/usr/bin/env bash
# git 2.39.5, the name of the branch that is checked out, where a tag has the same name.
# Expected: `rev-parse --abbrev-ref HEAD`, `symbolic-ref --short HEAD` and `for-each-ref --format='%(refname:short)'` say "v1", as `branch --show-current` does.
# Happens: the three say "heads/v1"; with `refs/heads/` put before it, as scripts do, `git push` makes a branch "heads/v1" on the other side, exit 0.
# Matters: once somebody tags a release with the branch's name, the job that pushes "the current branch" pushes another one, and the pull request stays as it was.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q --bare origin.git
git init -q -b v1 work
git -C work commit -q --allow-empty -m one
git -C work push -q ../origin.git v1
git -C work rev-parse --abbrev-ref HEAD >before
is "before the tag" "$(cat before)" "v1"
git -C work tag v1
git -C work commit -q --allow-empty -m two
is "rev-parse" "$(git -C work rev-parse --abbrev-ref HEAD)" "heads/v1"
is "symbolic-ref" "$(git -C work symbolic-ref --short HEAD)" "heads/v1"
is "for-each-ref" "$(git -C work for-each-ref --format='%(refname:short)' refs/heads)" "heads/v1"
is "branch" "$(git -C work branch --show-current)" "v1"
is "log" "$(git -C work log -1 --format=%D)" "HEAD -> v1"
code=0
git -C work push -q ../origin.git "HEAD:refs/heads/$(git -C work rev-parse --abbrev-ref HEAD)" || code=$?
is "exit of push" "$code" 0
is "what is there now" "$(git -C origin.git for-each-ref --format='%(refname) %(subject)' | tr '\n' ',')" "refs/heads/heads/v1 two,refs/heads/v1 one,"
