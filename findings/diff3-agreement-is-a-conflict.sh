#!/usr/bin/env bash
# GNU diffutils 3.8, `diff3 -m MINE OLDER YOURS`.
# Expected: where both sides made the same change the merge has it, as `git merge-file` does; and a conflict shows what MINE says.
# Happens: it is a conflict, exit 1, whose first side is the older text and whose second is YOURS; MINE is not shown.
# Matters: whoever settles such a conflict by taking "ours", the first side, takes out what both sides had agreed on.
set -euo pipefail

command -v diff3 >/dev/null || { echo "diff3 is missing: install Debian's diffutils 3.8"; exit 1; }
[ "$(diff3 --version | head -n 1)" = "diff3 (GNU diffutils) 3.8" ] || { echo "this finding is about diffutils 3.8, here is $(diff3 --version | head -n 1)"; exit 1; }
command -v git >/dev/null || { echo "git is missing: it is asked for its own answer"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

printf 'a\nlimit 1\nc\n' >older
printf 'a\nlimit 5\nc\n' | tee mine >yours
code=0; diff3 -m mine older yours >merged || code=$?
is "diff3 -m, exit" "$code" 1
is "what it makes" "$(paste -sd'|' merged)" "a|<<<<<<< older|limit 1|=======|limit 5|>>>>>>> yours|c"
code=0; git merge-file -p mine older yours >merged || code=$?
is "git merge-file" "$code $(paste -sd'|' merged)" "0 a|limit 5|c"
