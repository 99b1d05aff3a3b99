#!/usr/bin/env bash
# git 2.39.5, `merge-base --is-ancestor` and `rev-list` in a shallow clone that has both commits.
# Expected: for a commit that is an ancestor exit 0, or an exit over 1 and a word where the history between the two is not there.
# Happens: exit 1 without a word, which is the answer "is not an ancestor"; `branch --contains` lists nothing, exit 0, and `rev-list --count v1..main` is 1 of 3.
# Matters: a CI job asks whether the tag that it releases, or the base that it was given, is in main, and is told no: a push is called a force push.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main origin
for text in one two three four; do
  echo "$text" >origin/file
  git -C origin add .
  git -C origin commit -q -m "$text"
  [ "$text" != one ] || git -C origin tag v1
done
git clone -q --depth 1 "file://$folder/origin" shallow
git -C shallow fetch -q --depth 1 origin tag v1
ask() {
  local code=0 said
  said=$(git -C "$@" 2>&1) || code=$?
  echo "exit $code <$said>"
}
is "in the whole repository" "$(ask origin merge-base --is-ancestor v1 main)" "exit 0 <>"
is "in the shallow one" "$(ask shallow merge-base --is-ancestor v1 main)" "exit 1 <>"
is "the other way round, whole" "$(ask origin merge-base --is-ancestor main v1)" "exit 1 <>"
is "branches that have it, whole" "$(ask origin branch --contains v1)" "exit 0 <* main>"
is "branches that have it, shallow" "$(ask shallow branch --contains v1)" "exit 0 <>"
is "commits since, whole" "$(ask origin rev-list --count v1..main)" "exit 0 <3>"
is "commits since, shallow" "$(ask shallow rev-list --count v1..main)" "exit 0 <1>"
