#!/usr/bin/env bash
# yaml 2.9.1 (npm), `parseDocument`, a change of one entry, `toString`.
# Expected: it is made for edits that keep the rest: what is not touched stays as it is written.
# Happens: an identifier of twenty digits becomes another number, `0644` becomes `644`, 0.1000000000000000055 becomes 0.1, and all CRLF become LF;
# `1.10` and `1_000` stay. With `intAsBigInt` the twenty digits stay.
# Matters: an edit of a port breaks an account number in another line, and takes the mode of a file from octal to what older readers take as decimal.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent yaml@2.9.1
cat >ask.mjs <<'J'
import { parseDocument } from "yaml";
const edit = (text, options) => {
  const document = parseDocument(text, options);
  document.set("port", 81);
  console.log(JSON.stringify(document.toString()));
};
edit("account: 12345678901234567890\nport: 80\n");
edit("account: 12345678901234567890\nport: 80\n", { intAsBigInt: true });
edit("mode: 0644\nratio: 0.1000000000000000055\nport: 80\n");
edit("version: 1.10\nmany: 1_000\nport: 80\n");
edit("name: a\r\nport: 80\r\n");
J
mapfile -t saw < <(node ask.mjs)
is "twenty digits" "${saw[0]}" '"account: 12345678901234567000\nport: 81\n"'
is "with intAsBigInt" "${saw[1]}" '"account: 12345678901234567890\nport: 81\n"'
is "a mode and a ratio" "${saw[2]}" '"mode: 644\nratio: 0.1\nport: 81\n"'
is "a version and a text" "${saw[3]}" '"version: 1.10\nmany: 1_000\nport: 81\n"'
is "ends of lines" "${saw[4]}" '"name: a\nport: 81\n"'
