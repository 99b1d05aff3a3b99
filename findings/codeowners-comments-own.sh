#!/usr/bin/env bash
# codeowners 5.1.1 (npm), the owner of a path by a CODEOWNERS file.
# Expected: a comment at the end of a line is a comment, as GitHub's own example has it; a pattern tells capitals from small letters.
# Happens: each word of the comment is an owner, `#` too; `*.js` owns A.JS as well.
# Matters: somebody who is only mentioned ("not @lee any more") is asked for the review or counted as the approval that was missing.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent codeowners@5.1.1
echo '*.js @ann # not @lee any more' >CODEOWNERS
owners() { node -p 'new (require("codeowners"))(process.cwd()).getOwner(process.argv[1]).join(" ")' "$1"; }
is "owners of a.js" "$(owners a.js)" "@ann # not @lee any more"
is "owners of A.JS" "$(owners A.JS)" "@ann # not @lee any more"
is "owners of a.ts" "$(owners a.ts)" ""
