#!/usr/bin/env bash
# git 2.39.5, `git tag -a` with a message in Markdown, by `-m` or `-F`.
# Expected: the message is kept, as `git commit -m` keeps it: comments are only what an editor was shown.
# Happens: every line that begins with `#` is dropped, headings and "#12 mended" alike; a message that is one heading makes a tag without a message, exit 0. `--cleanup=whitespace` keeps them.
# Matters: a release's notes lose their headings and the lines that begin with an issue's number.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

git init -q -b main .
git commit -q --allow-empty -m "#12 mended"
is "git commit -m '#12 mended'" "$(git log -1 --format=%s)" "#12 mended"
notes=$'# Fixed\n#12 mended\nand more'
printf '%s\n' "$notes" >notes
text() { git tag -l --format='%(contents)' "$1" | sed '/^$/d' | tr '\n' '|'; }
git tag -a by-m -m "$notes"; is "git tag -m" "$(text by-m)" "and more|"
git tag -a by-F -F notes; is "git tag -F" "$(text by-F)" "and more|"
code=0; git tag -a heading -m "# Fixed" || code=$?
is "a message that is a heading" "exit $code <$(text heading)>" "exit 0 <>"
git tag -a kept -m "$notes" --cleanup=whitespace; is "git tag -m --cleanup=whitespace" "$(text kept)" "# Fixed|#12 mended|and more|"
