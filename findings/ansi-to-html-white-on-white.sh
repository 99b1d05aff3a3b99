#!/usr/bin/env bash
# ansi-to-html 0.7.2 (npm), toHtml, as it comes.
# Expected: what follows a coloured word has the page's own colour again; sequences that it cannot show are left out, as those it knows are.
# Happens: ESC[39m, with which chalk and its like end a colour, makes all that follows white (`color:#FFF`), ESC[49m gives it a black ground; the cursor that a
# spinner hides is the text "?25l", a link (OSC 8) is its address and brackets as text, and inverse is dropped.
# Matters: in a page with a light ground the line is there up to its first colour, and the rest of it, often the message, cannot be seen.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent ansi-to-html@0.7.2
cat >ask.mjs <<'J'
import Convert from "ansi-to-html";
console.log(new Convert().toHtml(process.argv[2]));
J
e=$'\e'
is "a colour that ends" "$(node ask.mjs "${e}[31mFAIL${e}[39m adds two")" '<span style="color:#A00">FAIL<span style="color:#FFF"> adds two</span></span>'
is "all that ends" "$(node ask.mjs "${e}[31mFAIL${e}[0m adds two")" '<span style="color:#A00">FAIL</span> adds two'
is "a ground that ends" "$(node ask.mjs "${e}[41mFAIL${e}[49m adds two")" '<span style="background-color:#A00">FAIL<span style="background-color:#000"> adds two</span></span>'
is "a hidden cursor" "$(node ask.mjs "${e}[?25lwaiting")" '?25lwaiting'
is "a link" "$(node ask.mjs "${e}]8;;https://example.com${e}\\the log${e}]8;;${e}\\")" ']8;;https://example.com\the log]8;;\'
is "inverse" "$(node ask.mjs "${e}[7mFAIL${e}[27m adds two")" 'FAIL adds two'
