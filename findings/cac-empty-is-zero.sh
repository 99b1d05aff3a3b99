#!/usr/bin/env bash
# cac 7.1.0 (npm), the reader of command lines under many build tools, with an option that takes a value (`--name <text>`).
# Expected: the value is the text that was given; where it is made a number, only what a number is.
# Happens: an empty text is 0, a blank too, "007" is 7, "1.10" is 1.1, "1e5" is 100000; an argument of the command stays a text. `--name -5` is an error.
# Matters: a script that passes an empty variable names its file or branch "0"; a release 1.10 becomes 1.1, and build 007 is build 7.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent cac@7.1.0
cat >ask.mjs <<'J'
import cac from "cac";
const cli = cac("tool");
cli.command("run [argument]").option("--name <text>", "a text").action((argument, { name }) => console.log(JSON.stringify(argument ?? name)));
try {
  cli.parse(["node", "tool", "run", ...process.argv.slice(2)], { run: false });
  await cli.runMatchedCommand();
} catch (error) { console.log(error.name); }
J
value() { node ask.mjs "$@"; }
is "--name x" "$(value --name x)" '"x"'
is "--name with an empty text" "$(value --name '')" 0
is "--name with a blank" "$(value --name ' ')" 0
is "--name 007" "$(value --name 007)" 7
is "--name 1.10" "$(value --name 1.10)" 1.1
is "--name 1e5" "$(value --name 1e5)" 100000
is "the argument 007" "$(value 007)" '"007"'
is "--name -5" "$(value --name -5)" "CACError"
