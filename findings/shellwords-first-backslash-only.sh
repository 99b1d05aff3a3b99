#!/usr/bin/env bash
# shellwords 1.1.1 (npm), split, beside bash: words of a command line in quotes.
# Expected: a Bourne shell's words, as its readme has it: what bash hands to a program.
# Happens: within double quotes only the first backslash is taken for one; a backslash in single quotes is dropped; an empty last word is no word.
# Matters: a message with two quoted words keeps a stray backslash, a regular expression loses its own, and an option whose value is empty takes the next one.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
split() { node -e 'console.log(require("shellwords").split(process.argv[1]).map((word) => `[${word}]`).join(""))' "$1"; }
by_bash() { bash -c "printf '[%s]' $1"; }

npm install --no-audit --no-fund --silent shellwords@1.1.1

line='say "a \"b\" c"'
is "bash, two escaped quotes" "$(by_bash "$line")" '[say][a "b" c]'
is "split, two escaped quotes" "$(split "$line")" '[say][a "b\" c]'
line="find 'a\\.b'"
is "bash, a backslash in single quotes" "$(by_bash "$line")" '[find][a\.b]'
is "split, a backslash in single quotes" "$(split "$line")" '[find][a.b]'
line="label ''"
is "bash, an empty last word" "$(by_bash "$line")" '[label][]'
is "split, an empty last word" "$(split "$line")" '[label]'
is "split, an empty word elsewhere" "$(split "label '' x")" '[label][][x]'
