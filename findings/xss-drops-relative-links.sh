#!/usr/bin/env bash
# xss 1.0.17 (npm), as it comes.
# Expected: a sanitiser keeps links that can do no harm; whether one is written `docs/setup.md` or `./docs/setup.md`, `https:` or `HTTPS:`, is all the same to it.
# Happens: an address is kept only if it begins with one of a dozen texts: `docs/setup.md`, `?page=2` and `HTTPS://example.com` are gone, from links and pictures
# alike (`<a href>`, `<img src>`), while `./docs/setup.md` and `ftp://example.com` stay. `<samp>`, `<picture>` and a task's `<input>` become text, not nothing.
# Matters: a README made safe with it has its pictures and its links to its own files no more, and the page looks right until one is clicked.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent xss@1.0.17
cat >ask.mjs <<'J'
import xss from "xss";
console.log(xss(process.argv[2]));
J
is "with a dot" "$(node ask.mjs '<a href="./docs/setup.md">x</a>')" '<a href="./docs/setup.md">x</a>'
is "without" "$(node ask.mjs '<a href="docs/setup.md">x</a>')" '<a href>x</a>'
is "a picture" "$(node ask.mjs '<img src="docs/shot.png">')" '<img src>'
is "a query" "$(node ask.mjs '<a href="?page=2">x</a>')" '<a href>x</a>'
is "in capitals" "$(node ask.mjs '<a href="HTTPS://example.com">x</a>')" '<a href>x</a>'
is "ftp" "$(node ask.mjs '<a href="ftp://example.com">x</a>')" '<a href="ftp://example.com">x</a>'
is "output of a program" "$(node ask.mjs '<samp>x</samp>')" '&lt;samp&gt;x&lt;/samp&gt;'
