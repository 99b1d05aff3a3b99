#!/usr/bin/env bash
# remove-markdown 0.7.0 (npm), which makes plain text of Markdown.
# Expected: what is in code stays as it is, and a "less than" in a sentence stays too, for neither is markup.
# Happens: all from a `<` to the next `>` is taken for a tag, in a sentence, in code and over the lines of a fence, and stars and double underlines are taken out of code.
# Matters: a comment's condition loses its middle, `Map<string, number>` its types and `__init__` its name in a notification, a title or what a model is shown.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent remove-markdown@0.7.0
cat >ask.mjs <<'J'
import removeMarkdown from "remove-markdown";
console.log(JSON.stringify(removeMarkdown(process.argv[2].replaceAll("\\n", "\n"))));
J
text() { node ask.mjs "$1"; }
is "a tag" "$(text 'a <b>bold</b> word')" '"a bold word"'
is "two comparisons" "$(text 'only if a < b and c > d holds')" '"only if a  d holds"'
is "two comparisons in code" "$(text 'only `if (a < b && c > d)` holds')" '"only if (a  d) holds"'
is "two lines of a fence" "$(text '```\nif (a < 1) x();\nif (a > 2) y();\n```')" '"if (a  2) y();"'
is "a type in code" "$(text 'a `Map<string, number>`')" '"a Map"'
is "a name in code" "$(text 'call `__init__`')" '"call init"'
