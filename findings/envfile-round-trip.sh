#!/usr/bin/env bash
# envfile 7.1.0 (npm), a reader and writer of .env files.
# Expected: what `stringify` wrote, `parse` reads back; `export A=b` sets A.
# Happens: a value of two lines is written without quotes and read back as its first line; `export A=b` is a key called "export A"; the comment in `A=b # c` is part of the value.
# Matters: a key or certificate is cut at its first line by reading and writing the file once, and a file that a shell takes has other names here.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent envfile@7.1.0
cat >ask.mjs <<'J'
import { parse, stringify } from "envfile";
const show = (value) => console.log(JSON.stringify(value));
show(stringify({ A: "one\ntwo" }));
show(parse(stringify({ A: "one\ntwo" })));
show(parse("export A=b"));
show(parse("A=b # c"));
J
mapfile -t saw < <(node ask.mjs)
is "two lines, written" "${saw[0]}" '"A=one\ntwo\n"'
is "read back" "${saw[1]}" '{"A":"one"}'
is "export" "${saw[2]}" '{"export A":"b"}'
is "a comment" "${saw[3]}" '{"A":"b # c"}'
