#!/usr/bin/env bash
# parse-git-config 3.0.0 (npm), a reader of git's configuration, against git itself.
# Expected: a key that is there twice has two values, and a line that ends in a backslash goes on in the next, as git reads them.
# Happens: of two `fetch` lines only the last is told; a continued alias is `log \`, and its second line becomes a key of its own, `--oneline`, set to true.
# Matters: whoever lists refspecs with it sees one of several, and setting names that nobody wrote.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

command -v git >/dev/null || { echo "git is missing: it says what the file means"; exit 1; }
npm install --no-audit --no-fund --silent parse-git-config@3.0.0
printf '[remote "up"]\n\tfetch = one\n\tfetch = two\n[alias]\n\tl = log \\\n  --oneline\n' >config
cat >ask.cjs <<'J'
const said = require("parse-git-config").sync({ path: `${process.cwd()}/config` });
console.log(JSON.stringify(said['remote "up"'].fetch));
console.log(JSON.stringify(said.alias));
J
mapfile -t saw < <(node ask.cjs)
is "git: values of fetch" "$(git config --file config --get-all remote.up.fetch | paste -sd ' ')" "one two"
is "library: value of fetch" "${saw[0]}" '"two"'
is "git: names under alias" "$(git config --file config --name-only --get-regexp '^alias' | paste -sd ' ')" "alias.l"
is "library: the section" "${saw[1]}" '{"l":"log \\","--oneline":true}'
