#!/usr/bin/env bash
# GNU patch 2.7.6, `--batch` (`-t`).
# Expected: a patch that is already in is left alone or fails; a run without questions never does the opposite of what the file says.
# Happens: it is taken out again, exit 0; every second run undoes the one before. Without a terminal and without the option it fails.
# Matters: a step that is repeated after a crash takes the change away, and only a line of words that nobody reads tells so.
set -euo pipefail

command -v patch >/dev/null || { echo "patch is missing: install Debian's patch 2.7.6"; exit 1; }
[ "$(patch --version | head -n 1)" = "GNU patch 2.7.6" ] || { echo "this finding is about GNU patch 2.7.6, here is $(patch --version | head -n 1)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
apply() { local code=0; patch "$@" file </dev/null >said 2>&1 || code=$?; echo "exit $code, $(xargs <file)"; }

printf 'one\ntwo\nthree\n' >file
printf '%s\n' '--- file' '+++ file' '@@ -1,3 +1,3 @@' ' one' '-two' '+2' ' three' >change.patch
is "the first run" "$(apply --batch -i change.patch)" "exit 0, one 2 three"
is "the second run" "$(apply --batch -i change.patch)" "exit 0, one two three"
is "its only word" "$(tail -n 1 said)" "Reversed (or previously applied) patch detected!  Assuming -R."
is "the third run" "$(apply --batch -i change.patch)" "exit 0, one 2 three"
is "with --forward" "$(apply --forward -i change.patch)" "exit 1, one 2 three"
is "without either" "$(apply -i change.patch)" "exit 1, one 2 three"
