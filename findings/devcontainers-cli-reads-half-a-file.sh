#!/usr/bin/env bash
# @devcontainers/cli 0.89.0 (npm), `devcontainer read-configuration`.
# Expected: a default in `${localEnv:NAME:default}` may hold a colon, as addresses do; a file that was cut, or is in single quotes, is an error; reading a file needs no engine, and an exit of 1 says why.
# Happens: the default `http://proxy:3128` becomes "http"; the cut file is read as if it were closed and the quoted one as `{}`, both with exit 0; where no engine answers it exits 1 and prints its version, nothing else.
# Matters: a container gets an address that is none, or the settings of half a file, and nobody is told.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @devcontainers/cli@0.89.0
mkdir -p shop/.devcontainer
printf 'process.stdin.on("data", (text) => console.log(JSON.stringify(JSON.parse(text).configuration[process.argv[2]])));' >pick.cjs
read_it() { node_modules/.bin/devcontainer read-configuration --workspace-folder "$folder/shop" --docker-path "$1"; }
asked() { printf '%s' "$1" >shop/.devcontainer/devcontainer.json; read_it /bin/true 2>/dev/null | node pick.cjs "$2"; }
is "a default with colons" "$(asked '{"image":"a","containerEnv":{"P":"${localEnv:NOT_SET:http://proxy:3128}"}}' containerEnv)" '{"P":"http"}'
is "image of a file that was cut" "$(asked '{"image":"a","containerEnv":{"P":"q' image)" '"a"'
is "image of a file in single quotes" "$(asked "{'image':'a'}" image)" "undefined"
printf '{"image":"a"}' >shop/.devcontainer/devcontainer.json
code=0
read_it /bin/false >said 2>noted || code=$?
is "without an engine: exit" "$code" 1
is "without an engine: what it printed, and its notes beside the version" "$(cat said)$(grep -vc '@devcontainers/cli 0.89.0' noted || true)" "0"
