#!/usr/bin/env bash
# docker-file-parser 1.0.7 (npm), a reader of Dockerfiles.
# Expected: the lines of a here-document (`RUN <<EOF`, in the Dockerfile syntax since 2021) belong to their instruction; or an error says that it is not known.
# Happens: each line of it becomes an instruction of its own, named by its first word in capitals: ECHO, USER, EOF. No error.
# Matters: a script that mentions `user` or `from` in its here-document reads as a change of the image's user or a new stage.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent docker-file-parser@1.0.7
cat >ask.cjs <<'J'
const { parse } = require("docker-file-parser");
const said = parse("FROM debian:12\nRUN <<EOF\necho one\nuser two\nEOF\nUSER app\n");
console.log(said.map(({ name }) => name).join(" "));
console.log(said.filter(({ error }) => error).length);
J
mapfile -t saw < <(node ask.cjs)
is "instructions in a file of three" "${saw[0]}" "FROM RUN ECHO USER EOF USER"
is "errors" "${saw[1]}" "0"
