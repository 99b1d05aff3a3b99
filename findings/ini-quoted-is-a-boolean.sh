#!/usr/bin/env bash
# ini 6.0.0 (npm).
# Expected: what stands in quotes is text, as `"1"` is; a section in the style of git has one name.
# Happens: `"true"` is true and `"null"` is null; `[url "git@host.example:"]` is a section `url "git@host` with a section `example:"` in it, and what
# `stringify` makes of a text "true" is read back as true.
# Matters: a token or a password that reads "null" or "true" is no text any more, and a git configuration has sections that nobody wrote.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent ini@6.0.0
cat >ask.cjs <<'J'
const { parse, stringify } = require("ini");
console.log(JSON.stringify(parse('a = "true"\nb = "null"\nc = "1"\n')));
console.log(JSON.stringify(parse('[url "git@host.example:"]\ninsteadOf = x\n')));
console.log(JSON.stringify(parse(stringify({ name: "true" }))));
J
mapfile -t saw < <(node ask.cjs)
is "in quotes" "${saw[0]}" '{"a":true,"b":null,"c":"1"}'
is "a section of git's" "${saw[1]}" '{"url \"git@host":{"example:\"":{"insteadOf":"x"}}}'
is "written and read" "${saw[2]}" '{"name":true}'
