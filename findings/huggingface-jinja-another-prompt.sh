#!/usr/bin/env bash
# @huggingface/jinja 0.5.11 (npm), Template, against what Jinja2 3.1 makes of the same templates: it is there to render the chat templates of models as they are.
# Expected: the same text as in Python, where the model was trained on it, or an error that names what is not known.
# Happens: a list, a mapping and a truth are written as JSON (`["a"]`, `true`) and not as Python does (`['a']`, `True`), none as nothing; 1 and "1" are equal, and so
# are "" and 0, while [1] is not equal to [1]; -7 % 3 is -1 (Python: 2); an emoji is two characters long.
# Matters: a template that prints its tools gives a model another prompt here than there, and a comparison takes the other branch, without a word.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @huggingface/jinja@0.5.11
cat >ask.mjs <<'J'
import { Template } from "@huggingface/jinja";
console.log(new Template(process.argv[2]).render({ tools: [{ name: "search", strict: true }], text: "\u{1F44D}" }));
J
is "a list" "$(node ask.mjs "{{ ['a'] }}")" '["a"]'
is "the tools" "$(node ask.mjs '{{ tools }}')" '[{"name": "search", "strict": true}]'
is "a truth" "$(node ask.mjs '{{ 1 is number }}')" true
is "none" "$(node ask.mjs '<{{ none }}>')" "<>"
is "one and a text of one" "$(node ask.mjs "{{ 1 == '1' }}")" true
is "no text and zero" "$(node ask.mjs "{{ '' == 0 }}")" true
is "two lists" "$(node ask.mjs '{{ [1] == [1] }}')" false
is "a remainder" "$(node ask.mjs '{{ -7 % 3 }}')" -1
is "the length of an emoji" "$(node ask.mjs '{{ text | length }}')" 2
