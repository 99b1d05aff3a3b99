#!/usr/bin/env bash
# diffparser 2.0.1 (npm), a reader of unified diffs.
# Expected: inside a hunk the counts of its header say how many lines belong to it, so a removed line that is an SQL comment (`--- note`) stays one.
# Happens: the removed `-- note` and the added `++ mark` become a second file, "note" renamed to "mark", with one line each; the hunk loses both lines and every later line number is off by one.
# Matters: whoever judges a change by its list of files sees one that does not exist, and comments land on the wrong line.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent diffparser@2.0.1
cat >ask.cjs <<'J'
const parse = require("diffparser");
const diff = [
  "diff --git a/q.sql b/q.sql", "index 1111111..2222222 100644", "--- a/q.sql", "+++ b/q.sql",
  "@@ -1,3 +1,3 @@", "--- note", "+++ mark", " select 1;", "-drop", "+keep", "",
].join("\n");
const files = (parse.default ?? parse)(diff);
console.log(files.length);
console.log(files.map(({ from, to }) => `${from}>${to}`).join(" "));
console.log(files[0].chunks[0].changes.map(({ type, oldLine, newLine }) => `${type}:${oldLine ?? newLine}`).join(" "));
J
mapfile -t saw < <(node ask.cjs)
is "files in a diff of one" "${saw[0]}" "2"
is "they are" "${saw[1]}" "q.sql>q.sql note>mark"
is "what is left of the hunk (select stands on line 2)" "${saw[2]}" "normal:1 del:2 add:2"
