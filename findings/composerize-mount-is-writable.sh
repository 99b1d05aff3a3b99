#!/usr/bin/env bash
# composerize 1.7.6 (npm), which turns a `docker run` command into a compose file.
# Expected: every option is in the file, or among the "ignored options" that it lists; of an option given twice the last counts, as it does for docker.
# Happens: `readonly` of a `--mount` is neither: the mount is writable, while `:ro` of a `-v` is kept. A limit given twice is both with a comma, `$` is not doubled, and blanks in a quoted word become one.
# Matters: a container may write where it might only read; compose refuses the limit, and puts the host's variable where the container's stood.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent composerize@1.7.6
cat >ask.mjs <<'J'
import composerize from "composerize";
console.log(composerize(process.argv[2]));
J
file() { node ask.mjs "$1"; }
is "read-only with -v" "$(file 'docker run -v /a:/b:ro img' | grep -c ':ro$')" 1
file 'docker run --mount type=bind,source=/a,target=/b,readonly img' >said
is "read-only with --mount" "$(grep -A3 'type: bind' said | tr -d '\n' | tr -s ' ')" " - type: bind source: /a target: /b image: img"
is "lines about what was ignored" "$(grep -c '^#' said || true)" 0
is "a limit given twice" "$(file 'docker run --memory 512m --memory 1g img' | sed -n 's/ *memory: //p')" "512m,1g"
is "a variable of the container" "$(file "docker run img sh -c 'echo \$HOME'" | sed -n 's/ *command: //p')" "sh -c 'echo \$HOME'"
is "two blanks" "$(file 'docker run img echo "a  b"' | sed -n 's/ *command: //p')" 'echo "a b"'
