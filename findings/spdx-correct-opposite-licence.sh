#!/usr/bin/env bash
# spdx-correct 3.2.0 (npm), which turns what people wrote into a licence name of the SPDX list.
# Expected: spelling is corrected; what cannot be told for sure is null.
# Happens: npm's own word for "no licence is given", UNLICENSED, becomes Unlicense, which gives all rights away; "GPL v2 only" becomes GPL-3.0-or-later; "Not MIT" becomes MIT.
# Matters: a check of licences lets in a package that nobody may use.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent spdx-correct@3.2.0
said() { node -p 'require("spdx-correct")(process.argv[1])' "$1"; }
is "UNLICENSED" "$(said UNLICENSED)" Unlicense
is "GPL v2 only" "$(said 'GPL v2 only')" GPL-3.0-or-later
is "Not MIT" "$(said 'Not MIT')" MIT
is "Proprietary" "$(said Proprietary)" null
