#!/usr/bin/env bash
# git 2.39.5, patterns with two stars that are not a whole name between slashes.
# Expected: as gitignore(5) has it, "other consecutive asterisks are considered regular asterisks", and one star does not match a slash: `src**/x.txt` is
# srca/x.txt and src/x.txt, as `src*/x.txt` is.
# Happens: it is src/a/b/x.txt as well, and srcx.txt, which has no slash: in .gitignore, in .gitattributes and in a pathspec with `:(glob)` alike.
# Matters: a file at the top that nobody meant is ignored, is left out of a commit without a word, or has the attributes of another folder; libraries that
# match such patterns say otherwise.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q .
files=(src/x.txt srca/x.txt src/a/b/x.txt srcx.txt)
ignored() { printf '%s\n' "$1" >.gitignore; git check-ignore --no-index "${files[@]}" | paste -sd' '; }
is "ignored by src*/x.txt" "$(ignored 'src*/x.txt')" "src/x.txt srca/x.txt"
is "ignored by src**/x.txt" "$(ignored 'src**/x.txt')" "src/x.txt srca/x.txt src/a/b/x.txt srcx.txt"
rm .gitignore
echo 'src**/x.txt marked' >.gitattributes
is "with the attribute" "$(git check-attr marked "${files[@]}" | sed -n 's/: marked: set$//p' | paste -sd' ')" "src/x.txt srca/x.txt src/a/b/x.txt srcx.txt"
mkdir -p srca src/a/b
touch "${files[@]}"
git add .
is "listed by src*/x.txt" "$(git ls-files ':(glob)src*/x.txt' | paste -sd' ')" "src/x.txt srca/x.txt"
is "listed by src**/x.txt" "$(git ls-files ':(glob)src**/x.txt' | paste -sd' ')" "src/a/b/x.txt src/x.txt srca/x.txt srcx.txt"
