#!/usr/bin/env bash
# node-diff3 3.2.1 (npm), `merge` of three texts.
# Expected: the texts are merged line by line, as its example with lists of lines is; an indentation that one side changed is in the result.
# Happens: texts are cut at blanks and line breaks: the result is a list of words without any of them, a change of indentation is no change,
# and two sides that changed two words of one line do not conflict.
# Matters: the merge is clean, and a Python file or a YAML file that is written from it has lost its structure.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent node-diff3@3.2.1
cat >ask.mjs <<'J'
import { merge } from "node-diff3";
const tell = (mine, old, theirs) => console.log(JSON.stringify(merge(mine, old, theirs)));
tell("if a:\n  b()\n  c()\n", "if a:\n  b()\nc()\n", "if a:\n  b()\nc()\n");
tell("limit: 5 per minute\n", "limit: 1 per minute\n", "limit: 1 per hour\n");
const lines = (text) => text.split("\n");
tell(lines("limit: 5 per minute\n"), lines("limit: 1 per minute\n"), lines("limit: 1 per hour\n"));
J
mapfile -t saw < <(node ask.mjs)
is "one side indented a line" "${saw[0]}" '{"conflict":false,"result":["if","a:","b()","c()",""]}'
is "both sides changed one line" "${saw[1]}" '{"conflict":false,"result":["limit:","5","per","hour",""]}'
is "the same as lists of lines conflicts" "$(cut -c1-16 <<<"${saw[2]}")" '{"conflict":true'
