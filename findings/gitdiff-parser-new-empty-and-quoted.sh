#!/usr/bin/env bash
# gitdiff-parser 0.3.1 (npm), a reader of git's diffs.
# Expected: a new empty file is of type "add"; a path that git quotes is read as the file's name, or as it stands.
# Happens: the new empty file is "modify"; of the quoted path "b/t\tb" (a tab in the name) it tells `/t\tb"`, with the quote at the end and a slash at the beginning.
# Matters: a marker file that a change brings is told as one that was there, and rules by path are asked about a file that does not exist.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent gitdiff-parser@0.3.1
cat >ask.cjs <<'J'
const { parse } = require("gitdiff-parser");
const ask = (diff) => { const [{ type, newPath }] = parse(diff); console.log(type, newPath); };
ask("diff --git a/e b/e\nnew file mode 100644\nindex 0000000..1269488\n--- /dev/null\n+++ b/e\n@@ -0,0 +1 @@\n+x\n");
ask("diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n");
ask('diff --git "a/t\\tb" "b/t\\tb"\nindex 7898192..6178079 100644\n--- "a/t\\tb"\n+++ "b/t\\tb"\n@@ -1 +1 @@\n-a\n+b\n');
J
mapfile -t saw < <(node ask.cjs)
is "a new file with a line" "${saw[0]}" "add e"
is "a new file without" "${saw[1]}" "modify e"
is "a quoted path" "${saw[2]}" 'modify /t\tb"'
