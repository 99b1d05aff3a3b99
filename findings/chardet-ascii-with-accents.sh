#!/usr/bin/env bash
# chardet 2.2.0 (npm).
# Expected: a text with a byte above 127 is anything but ASCII.
# Happens: "café crème" in ISO 8859-1 is ASCII, and so is "10 €" in Windows-1252; "café" is UTF-8, of which its last byte is none. `analyse` gives
# no other guess for the first of them.
# Matters: who decodes by the answer writes U+FFFD for the accents, and who lets ASCII through as plain text passes bytes on that are none.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent chardet@2.2.0
cat >ask.cjs <<'J'
const { analyse, detect } = require("chardet");
const bytes = (text) => Buffer.from(text, "latin1");
for (const text of ["caf\xe9 cr\xe8me", "10 \x80", "caf\xe9", "r\xe9sum\xe9 of the build"]) console.log(detect(bytes(text)));
console.log(analyse(bytes("caf\xe9 cr\xe8me")).map(({ name }) => name).join(" "));
J
mapfile -t saw < <(node ask.cjs)
is "two accents" "${saw[0]}" ASCII
is "a euro sign" "${saw[1]}" ASCII
is "one accent, at the end" "${saw[2]}" UTF-8
is "a longer text" "${saw[3]}" ISO-8859-1
is "all guesses for the first" "${saw[4]}" ASCII
