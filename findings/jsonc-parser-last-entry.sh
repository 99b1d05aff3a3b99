#!/usr/bin/env bash
# jsonc-parser 3.3.1 (npm), `modify` and `applyEdits`, which change settings files and keep their comments.
# Expected: without its last entry `[1, 2]` is `[1]`; a comment stays with what it stands beside.
# Happens: `[1, 2]` without its last entry is `[12]`, and `["a", "b"]` is `["a""]`, which is no JSON; of two properties with a comment each the one
# that stays has the comment of the one that went, and a property that is added takes over the comment of the one before it.
# Matters: a tool that takes one name out of a list in a settings file leaves a wrong value or a broken file, and reasons beside wrong lines.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent jsonc-parser@3.3.1
cat >ask.mjs <<'J'
import { applyEdits, modify } from "jsonc-parser";
const edit = (text, path, value) => console.log(applyEdits(text, modify(text, path, value, { formattingOptions: { insertSpaces: true, tabSize: 1 } })).replace(/\n */g, " ").trim());
const remove = (text, path) => console.log(applyEdits(text, modify(text, path, undefined, {})).replace(/\n */g, " ").trim());
remove("[1, 2]", [1]);
remove('["a", "b"]', [1]);
remove("[1, 2 ]", [1]);
remove('{\n  "a": 1, // why a\n  "b": 2 // why b\n}\n', ["b"]);
edit('{\n  "a": 1 // why a\n}\n', ["b"], 2);
edit('{"a": 1, "a": 2}', ["a"], 3);
J
mapfile -t saw < <(node ask.mjs)
is "[1, 2] without its last entry" "${saw[0]}" "[12]"
is '["a", "b"] without its last entry' "${saw[1]}" '["a""]'
is "with a blank at the end" "${saw[2]}" "[1 ]"
is "what is left with its comment" "${saw[3]}" '{ "a": 1 // why b }'
is "what is added" "${saw[4]}" '{ "a": 1, "b": 2 // why a }'
is "set where readers take the second" "${saw[5]}" '{"a": 3, "a": 2}'
