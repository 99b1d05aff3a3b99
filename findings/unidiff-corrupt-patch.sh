#!/usr/bin/env bash
# unidiff 1.0.4 (npm), diffAsText, its patches applied by git and by GNU patch.
# Expected: a text "in unified diff format" is a patch: git and patch make the second text of the first with it.
# Happens: it ends without a line feed, and both refuse every one of them: "corrupt patch", "unexpectedly ends in middle of line". With a line feed after it they
# take it, but nothing in it says whether a file ends with one: from "a" to "a" and a line feed it is the same line taken out and put in, which leaves the file as
# it was, or does not apply.
# Matters: a change that is kept as such a patch is gone when it is wanted.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
for tool in git patch; do command -v "$tool" >/dev/null || { echo "$tool is missing: it is needed to apply the patches"; exit 1; }; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent unidiff@1.0.4
cat >write.mjs <<'J'
import { writeFileSync } from "node:fs";
import unidiff from "unidiff";
const [before, after, end] = process.argv.slice(2).map((text) => text.replaceAll("|", "\n"));
writeFileSync("file", before);
writeFileSync("change.patch", unidiff.diffAsText(before, after, { aname: "file", bname: "file" }) + end);
J
applied() { code=0; "$@" >out 2>&1 || code=$?; echo "exit $code, $(grep -oE 'corrupt patch|unexpectedly ends in middle of line|does not apply' out || echo 'no word'), $(node -p 'JSON.stringify(require("fs").readFileSync("file", "utf8"))')"; }
git init --quiet .
node write.mjs 'a|b|' 'a|c|' ''
is "by git" "$(applied git apply -p0 change.patch)" 'exit 128, corrupt patch, "a\nb\n"'
is "by patch" "$(applied patch --batch --quiet -p0 -i change.patch)" 'exit 2, unexpectedly ends in middle of line, "a\nb\n"'
node write.mjs 'a|b|' 'a|c|' '|'
is "with a line feed, by git" "$(applied git apply -p0 change.patch)" 'exit 0, no word, "a\nc\n"'
node write.mjs 'a' 'a|' '|'
is "a last line feed added, by git" "$(applied git apply -p0 change.patch)" 'exit 1, does not apply, "a"'
node write.mjs 'a|' 'a' '|'
is "and taken away" "$(applied git apply -p0 change.patch)" 'exit 0, no word, "a\n"'
