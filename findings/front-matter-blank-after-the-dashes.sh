#!/usr/bin/env bash
# front-matter 4.0.2 (npm).
# Expected: front matter is what stands between two lines of three dashes; a blank at the end of such a line counts for nothing, as in YAML and as it does after
# the second one. Its values are those of YAML 1.2.
# Happens: with a blank after the first dashes there are no attributes, and all of it is the text, without an error. Values are those of YAML 1.1: `012` is 10, `1:30` is 90,
# and a day is a Date, so that 2026-01-01 is 31 December west of Greenwich.
# Matters: a file whose settings an editor ended with a blank has none, and they are shown to readers; an issue's number or a duration is another one.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent front-matter@4.0.2
cat >read.mjs <<'J'
import read from "front-matter";
const { attributes, body } = read(process.argv[2].replaceAll("|", "\n"));
console.log(JSON.stringify(attributes), JSON.stringify(body));
J
is "dashes" "$(node read.mjs '---|owner: ann|---|text')" '{"owner":"ann"} "text"'
is "dashes and a blank" "$(node read.mjs '--- |owner: ann|---|text')" '{} "--- \nowner: ann\n---\ntext"'
is "a blank below" "$(node read.mjs '---|owner: ann|--- |text')" '{"owner":"ann"} "text"'
is "numbers" "$(node read.mjs '---|issue: 012|wait: 1:30|---|')" '{"issue":10,"wait":90} ""'
is "a day" "$(node read.mjs '---|day: 2026-01-01|---|')" '{"day":"2026-01-01T00:00:00.000Z"} ""'
