#!/usr/bin/env bash
# issue-parser 7.0.2 (npm), which finds the issues that a message closes, in its GitHub dialect.
# Expected: code and quotations do not close anything. It does mask code, for a word between backticks is passed over.
# Happens: a fence of tildes, a block indented by four blanks and a quoted line each close their issue; so does "does not fix #5". A fence of backticks does not.
# Matters: an answer that quotes another, or a log that is pasted, closes issues on release; the same text in another fence does not.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent issue-parser@7.0.2
cat >ask.mjs <<'J'
import issueParser from "issue-parser";
const parse = issueParser("github");
console.log((parse(process.argv[2].replaceAll("\\n", "\n")).actions.close ?? []).map(({ issue }) => issue).join(" ") || "none");
J
is "Fixes #1" "$(node ask.mjs 'Fixes #1')" 1
is "between backticks" "$(node ask.mjs '`fixes #2`')" none
is "in a fence of backticks" "$(node ask.mjs '```\nfixes #3\n```')" none
is "in a fence of tildes" "$(node ask.mjs '~~~\nfixes #4\n~~~')" 4
is "indented code" "$(node ask.mjs 'Log:\n\n    fixes #5')" 5
is "a quotation" "$(node ask.mjs '> fixes #6')" 6
is "a denial" "$(node ask.mjs 'This does not fix #7')" 7
