#!/usr/bin/env bash
# conventional-commits-parser 6.4.0 (npm) with its default options.
# Expected: `feat!: x` is a feature and a breaking change; "does not fix #13" closes nothing.
# Happens: for `feat!: x` there is no type, no subject, no note and no error, as if it were free text; "does not fix #13" is a reference with action "fix", while org/repo#12 in the same sentence is lost.
# Matters: a release step reads the most important commits as "nothing to release", and an issue is closed that the author said stays open.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent conventional-commits-parser@6.4.0
cat >ask.mjs <<'J'
import { CommitParser } from "conventional-commits-parser";
const parser = new CommitParser();
const kind = (text) => { const { type, subject, notes } = parser.parse(text); return JSON.stringify([type ?? null, subject ?? null, notes.length]); };
console.log(kind("feat: x"));
console.log(kind("feat!: x"));
const { references } = parser.parse("fix: a\n\nsee org/repo#12 and does not fix #13");
console.log(references.map(({ action, issue }) => `${action} ${issue}`).join());
J
mapfile -t saw < <(node ask.mjs)
is "type, subject, notes of feat" "${saw[0]}" '["feat","x",0]'
is "type, subject, notes of feat!" "${saw[1]}" '[null,null,0]'
is "references" "${saw[2]}" "fix 13"
