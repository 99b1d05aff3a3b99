#!/usr/bin/env bash
# html-to-text 10.0.1 (npm), convert, as it comes.
# Expected: the cells of a table are apart, as they are in a browser's text of the page, and its rows are lines; a heading keeps its letters.
# Happens: all cells of all rows are one word: a table of "passed, 3, 14" and "failed, 0, 1" is "passed314failed01". So are a term and its meaning, a summary and its
# details. Headings are in capitals: "iPhone" is "IPHONE". Lines end after 80 characters; blanks in `code` are one.
# Matters: an agent that is given a page so reads 314 passed tests.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent html-to-text@10.0.1
cat >convert.mjs <<'J'
import { convert } from "html-to-text";
console.log(JSON.stringify(convert(process.argv[2])));
J
is "a table" "$(node convert.mjs '<table><tr><td>passed</td><td>3</td><td>14</td></tr><tr><td>failed</td><td>0</td><td>1</td></tr></table>')" '"passed314failed01"'
is "a term and its meaning" "$(node convert.mjs '<dl><dt>time</dt><dd>out</dd></dl>')" '"timeout"'
is "a summary and its details" "$(node convert.mjs '<details><summary>Log of run 1</summary>2 errors</details>')" '"Log of run 12 errors"'
is "two paragraphs" "$(node convert.mjs '<p>one</p><p>two</p>')" '"one\n\ntwo"'
is "a heading" "$(node convert.mjs '<h2>getUserId on iPhone</h2>')" '"GETUSERID ON IPHONE"'
is "blanks in code" "$(node convert.mjs '<code>a  b</code>')" '"a b"'
