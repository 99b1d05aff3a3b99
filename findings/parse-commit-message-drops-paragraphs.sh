#!/usr/bin/env bash
# parse-commit-message 5.0.4 (npm), a reader of conventional commits.
# Expected: the body is every paragraph between the header and the footer, which is the last.
# Happens: the second paragraph is the body, the third the footer, and all that follow are dropped, with them a BREAKING CHANGE; `feat!: x` is a commit of the type "feat!".
# Matters: a breaking change with an explanation of two paragraphs is released as a repair.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent parse-commit-message@5.0.4
cat >ask.mjs <<'J'
import { parse } from "parse-commit-message";
const read = (message) => [parse(message)].flat()[0];
const { body, footer } = read("fix: mend\n\nWhy it broke.\n\nWhat was tried.\n\nBREAKING CHANGE: needs a key");
console.log(body);
console.log(footer);
console.log(read("feat!: x").header.type);
console.log(JSON.stringify(read("fix: mend\n\nWhy it broke.\n\nWhat was tried.\n\nBREAKING CHANGE: needs a key")).includes("BREAKING"));
J
mapfile -t saw < <(node ask.mjs)
is "body" "${saw[0]}" "Why it broke."
is "footer" "${saw[1]}" "What was tried."
is "type of feat!: x" "${saw[2]}" "feat!"
is "the breaking change is anywhere" "${saw[3]}" "false"
