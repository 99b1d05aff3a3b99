#!/usr/bin/env bash
# patchutils 0.4.2, `lsdiff` and `filterdiff`, on a patch that git made.
# Expected: all files that a patch changes are listed; `-x` takes a file's part out, `-i` keeps it alone, whatever its kind.
# Happens: of a text, a picture, a new empty file, a file that became executable and one that was renamed, `lsdiff` lists the text alone;
# a picture and an empty file that `-x` names stay in, and of the other four `-i` keeps nothing. Exit 0 each time.
# Matters: a step that takes vendor/ out of a patch leaves its pictures in, and a list of changed files is short.
set -euo pipefail

command -v filterdiff >/dev/null || { echo "filterdiff is missing: install Debian's patchutils 0.4.2"; exit 1; }
[ "$(filterdiff --version | head -n 1)" = "filterdiff - patchutils version 0.4.2" ] || { echo "this finding is about patchutils 0.4.2, here is $(filterdiff --version | head -n 1)"; exit 1; }
command -v git >/dev/null || { echo "git is missing: it makes the patch"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
seq 5 >text
printf '\0\1' >picture
echo true >script
seq 9 >before
git add .
git commit -q -m one
echo 6 >>text
printf '\0\2\3' >picture
chmod +x script
git mv before renamed
: >empty
git add .
git diff --cached --binary -M >.git/change.patch
left() { filterdiff "$@" .git/change.patch; }
is "files that git changed" "$(git diff --cached --name-only | xargs)" "empty picture renamed script text"
is "files that lsdiff lists" "$(lsdiff --strip=1 .git/change.patch | xargs)" text
is "the picture in what -x */picture leaves" "$(left -x '*/picture' | grep -c '^diff --git a/picture')" 1
is "the new file in what -x */empty leaves" "$(left -x '*/empty' | grep -c '^diff --git a/empty')" 1
for one in picture script empty renamed; do
  is "lines that -i */$one keeps" "$(left -i "*/$one" | wc -l | tr -d ' ')" 0
done
