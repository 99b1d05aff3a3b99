#!/usr/bin/env bash
# decomposerize 1.4.4 (npm), which turns a compose file into `docker run` commands.
# Expected: a command given as a list becomes its words, quoted where needed; every port is published.
# Happens: the list is written as one word with commas between its parts, none of them quoted; an entry point of two words is given twice, so its program is lost; a port in the long form is left out without a word.
# Matters: the container starts another program than the file says, or none, and a port is missing.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent decomposerize@1.4.4
cat >ask.mjs <<'J'
import { readFileSync } from "node:fs";
import decomposerize from "decomposerize";
console.log(decomposerize(readFileSync(0, "utf8")).trim());
J
run() { printf 'services:\n  app:\n    image: img\n%s\n' "$1" | node ask.mjs; }
is "a command as a text" "$(run '    command: "npm test"')" "docker run img npm test"
is "a command as a list" "$(run '    command: [sh, -c, "make all"]')" "docker run img sh,-c,make all"
is "an entry point of two words" "$(run '    entrypoint: [/bin/tini, --]')" "docker run --entrypoint /bin/tini --entrypoint -- img"
is "a port in the short form" "$(run '    ports: ["8080:80"]')" "docker run -p 8080:80 img"
is "a port in the long form" "$(run '    ports: [{target: 80, published: "8080"}]')" "docker run img"
