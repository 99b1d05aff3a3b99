#!/usr/bin/env bash
# what-the-diff 0.6.0 (npm), a reader of git's diffs.
# Expected: a file's path is told in one way, whatever happened to it.
# Happens: a changed file's old and new path keep git's `b/` in front, also the old one; those of a file that was only renamed are bare. A changed `b/x` and a rename to b/x are told alike.
# Matters: rules over paths and comments on files hold for one half of the change and not for the other; who cuts `b/` off all of them cuts a real folder b off the renames.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent what-the-diff@0.6.0
cat >ask.cjs <<'J'
const { parse } = require("what-the-diff");
const diff = [
  "diff --git a/x b/x", "index 1111111..2222222 100644", "--- a/x", "+++ b/x", "@@ -1 +1 @@", "-one", "+two",
  "diff --git a/old b/b/x", "similarity index 100%", "rename from old", "rename to b/x", "",
].join("\n");
for (const { status, oldPath, newPath } of parse(diff)) console.log(`${status} ${oldPath} > ${newPath}`);
J
mapfile -t saw < <(node ask.cjs)
is "the file x that changed" "${saw[0]}" "modified b/x > b/x"
is "the file old that became b/x" "${saw[1]}" "renamed old > b/x"
