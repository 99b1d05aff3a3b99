#!/usr/bin/env bash
# @conventional-commits/parser 0.4.1 (npm), parser and toConventionalChangelogFormat.
# Expected: a body that is an address, or "code:" and indented lines, is the body; a footer needs a token, a colon and a blank. Paragraphs stay paragraphs.
# Happens: an address that stands alone, also with words behind it, is the footer "https", and the body is empty; with a paragraph after it, it is the body.
# Empty lines between paragraphs are dropped.
# Matters: the link that says why a change was made is not in the changelog, and its paragraphs are one.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @conventional-commits/parser@0.4.1
cat >ask.cjs <<'J'
const { parser, toConventionalChangelogFormat } = require("@conventional-commits/parser");
console.log(JSON.stringify(toConventionalChangelogFormat(parser(`fix: a\n\n${process.argv[2]}`)).body));
J
is "words" "$(node ask.cjs 'See https://example.com/13.')" '"See https://example.com/13."'
is "an address" "$(node ask.cjs 'https://example.com/13')" '""'
is "and words" "$(node ask.cjs 'https://example.com/13 says why.')" '""'
is "and a paragraph" "$(node ask.cjs $'https://example.com/13\n\nmore')" '"https://example.com/13\nmore"'
is "indented lines" "$(node ask.cjs $'code:\n    x = 1')" '""'
is "paragraphs" "$(node ask.cjs $'one\n\ntwo')" '"one\ntwo"'
