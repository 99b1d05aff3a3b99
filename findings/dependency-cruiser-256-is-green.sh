#!/usr/bin/env bash
# dependency-cruiser 17.4.3 (npm).
# Expected: any violation of severity error is an exit code other than 0.
# Happens: the exit code is how many there are, and it holds one byte: 255 is exit 255, 256 is exit 0, with all of them on the screen.
# Matters: one rule that is broken in 256 places passes the gate that one place would have stopped.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent dependency-cruiser@17.4.3
echo '{"name":"shop","version":"1.0.0","private":true}' >package.json
echo "module.exports={forbidden:[{name:'no-db',severity:'error',from:{},to:{path:'db'}}]};" >rules.js
cruise() {
  rm -rf src; mkdir src; : >src/db.js
  for i in $(seq "$1"); do echo "require('./db');" >"src/m$i.js"; done
  local code=0; node_modules/.bin/depcruise --config rules.js src >said 2>&1 || code=$?
  echo "exit $code, $(grep -oE '[0-9]+ errors' said)"
}
is "dependency-cruiser, 255 modules" "$(cruise 255)" "exit 255, 255 errors"
is "dependency-cruiser, 256 modules" "$(cruise 256)" "exit 0, 256 errors"
