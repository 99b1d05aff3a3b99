#!/usr/bin/env bash
# diff2html 3.4.56 (npm), parse, of what git writes as it comes.
# Expected: the names of the files that were changed.
# Happens: a name with a blank has a tab at its end, with which git ends it, so that it is the name of no file; "é.txt" is "\303\251.txt", with backslashes, and is
# another name than git's `-z` has. Added and removed lines are right.
# Matters: a list of changed files that is held against rules, owners or a coverage report does not find them, and says that nobody owns them.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

command -v git >/dev/null || { echo "git is missing: it is needed to write the diff"; exit 1; }
npm install --no-audit --no-fund --silent diff2html@3.4.56
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
mkdir tree
git init --quiet tree
echo one | tee "tree/read me.txt" "tree/é.txt" tree/plain.txt >/dev/null
git -C tree add .
echo two | tee "tree/read me.txt" "tree/é.txt" tree/plain.txt >/dev/null
cat >names.mjs <<'J'
import { readFileSync } from "node:fs";
import { parse } from "diff2html";
console.log(JSON.stringify(parse(readFileSync(0, "utf8")).map(({ newName, addedLines, deletedLines }) => `${newName} +${addedLines} -${deletedLines}`).sort()));
J
is "of git" "$(git -C tree diff | node names.mjs)" '["\\303\\251.txt +1 -1","plain.txt +1 -1","read me.txt\t +1 -1"]'
