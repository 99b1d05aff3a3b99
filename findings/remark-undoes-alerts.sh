#!/usr/bin/env bash
# remark 15.0.1 with remark-gfm 4.0.1 (npm), a text of GitHub read and written again.
# Expected: what is written means on GitHub what was read, as it does for tables, task lists and footnotes.
# Happens: the mark of an alert gets a backslash: `> [!NOTE]` is `> \[!NOTE]`, which GitHub shows as a quotation that begins with "[!NOTE]". So does `[ ]` in a
# paragraph; a crossed-out `~x~` gets two tildes, a bare address angle brackets.
# Matters: a tool that adds one line to a README with remark takes the warning out of all its warnings.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent remark@15.0.1 remark-gfm@4.0.1
cat >rewrite.mjs <<'J'
import { remark } from "remark";
import gfm from "remark-gfm";
process.stdout.write(String(remark().use(gfm).processSync(process.argv[2].replaceAll("|", "\n"))).trimEnd().replaceAll("\n", "|"));
J
is "an alert" "$(node rewrite.mjs '> [!WARNING]|> Keep a copy.')" '> \[!WARNING]|> Keep a copy.'
is "and once more" "$(node rewrite.mjs "$(node rewrite.mjs '> [!WARNING]|> Keep a copy.')")" '> \[!WARNING]|> Keep a copy.'
is "a box in a paragraph" "$(node rewrite.mjs 'tick [ ] here')" 'tick \[ ] here'
is "a task list" "$(node rewrite.mjs '* [ ] tick')" '* [ ] tick'
is "a footnote" "$(node rewrite.mjs 'Here[^1]||[^1]: There')" 'Here[^1]||[^1]: There'
is "crossed out" "$(node rewrite.mjs '~old~')" '~~old~~'
is "an address" "$(node rewrite.mjs 'https://example.com')" '<https://example.com>'
