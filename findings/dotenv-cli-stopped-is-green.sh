#!/usr/bin/env bash
# dotenv-cli 11.0.0 (npm), which starts a command with the variables of a file.
# Expected: its exit code is the command's; one that a signal ended is no success, whichever signal it was.
# Happens: a command that SIGTERM, SIGINT or SIGHUP ended is exit 0; SIGKILL gives 137, as expected. A file named with -e that is not there is passed over without a word.
# Matters: tests that something outside stopped half-way (a supervisor, a limit on memory or time) are green for whoever reads the exit code.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent dotenv-cli@11.0.0
code() { local code=0; node_modules/.bin/dotenv "$@" >said 2>&1 || code=$?; echo "$code"; }
is "the command exits 3" "$(code -- sh -c 'exit 3')" 3
is "SIGTERM" "$(code -- sh -c 'kill -TERM $$')" 0
is "SIGINT" "$(code -- sh -c 'kill -INT $$')" 0
is "SIGHUP" "$(code -- sh -c 'kill -HUP $$')" 0
is "SIGKILL" "$(code -- sh -c 'kill -KILL $$')" 137
is "a file that is not there" "$(code -e none.env -- true)$(wc -c <said)" 00
