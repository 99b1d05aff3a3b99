#!/usr/bin/env bash
# Codex 0.171.0 (npm, @openai/codex), its `apply_patch`, which its program is when it is called by that name.
# Expected: `Add File` is refused where the file exists, and `Move to` where another file does; a change that fits two places is refused;
# a patch that fails changes nothing.
# Happens: both overwrite, exit 0, the first one told as "A"; the first of the two places is taken; lines are found whatever their indentation,
# and are written with that of the patch; a patch whose second part fails has done its first.
# Matters: a model that believes a file to be new wipes it out, and its answer says "Success"; a retry of a failed patch meets its own first half.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the CLI"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @openai/codex@0.171.0
ln -s "$(find node_modules/@openai -type f -name codex -perm -u+x -path '*/vendor/*' | head -n 1)" apply_patch
export HOME="$folder"
# patch LINES...: the exit code of the patch with these lines.
patch() { local code=0; ./apply_patch "$(printf '%s\n' '*** Begin Patch' "$@" '*** End Patch')" >said 2>&1 || code=$?; echo "$code"; }
file() { paste -sd'|' "$1"; }
printf 'a person wrote this\n' >notes
is "Add File of a file that exists" "$(patch '*** Add File: notes' '+new') $(tail -n 1 said), now $(file notes)" "0 A notes, now new"
printf 'x = 1\n' >from
is "Move to a file that exists" "$(patch '*** Update File: from' '*** Move to: notes' '@@' '-x = 1' '+x = 2'), now $(file notes)" "0, now x = 2"
printf 'a:\n  on\nb:\n  on\n' >twice
is "a line that is there twice" "$(patch '*** Update File: twice' '@@' '-  on' '+  off'), now $(file twice)" "0, now a:|  off|b:|  on"
printf 'if a:\n        b()\n        c()\n' >code.py
is "a line with another indentation" "$(patch '*** Update File: code.py' '@@' '-    b()' '+    d()'), now $(file code.py)" "0, now if a:|    d()|        c()"
printf '1\n' >one
printf '2\n' >two
is "a patch whose second part fails" "$(patch '*** Update File: one' '@@' '-1' '+one' '*** Update File: two' '@@' '-3' '+three'), now $(file one) and $(file two)" "1, now one and 2"
