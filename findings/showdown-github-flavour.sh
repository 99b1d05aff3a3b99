#!/usr/bin/env bash
# showdown 2.1.0 (npm), with setFlavor("github").
# Expected: lists and blocks as on GitHub, where what is indented by the width of the mark belongs to the entry.
# Happens: of a list nested in a list with two blanks each the third level is on the second; a block of code in a numbered entry, indented by three, ends the list,
# stands after it and keeps the three blanks in each line; `<details>` with a blank line in it is put into a paragraph. Footnotes are links to their text.
# Matters: a text that GitHub shows as steps with their commands is another one here, and code that was copied from it is indented.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent showdown@2.1.0
cat >show.mjs <<'J'
import showdown from "showdown";
const converter = new showdown.Converter();
converter.setFlavor("github");
console.log(JSON.stringify(converter.makeHtml(process.argv[2].replaceAll("|", "\n"))));
J
is "three levels" "$(node show.mjs '- a|  - b|    - c')" '"<ul>\n<li>a<ul>\n<li>b</li>\n<li>c</li></ul></li>\n</ul>"'
is "code in a step" "$(node show.mjs '1. run|   ```|   make|   ```|2. look')" '"<ol>\n<li>run</li>\n</ol>\n<pre><code>   make</code></pre>\n<ol start=\"2\">\n<li>look</li>\n</ol>"'
is "details" "$(node show.mjs '<details>||more||</details>')" '"<p><details></p>\n<p>more</p>\n<p></details></p>"'
is "a footnote" "$(node show.mjs 'Here[^1]||[^1]: There')" '"<p>Here<a href=\"There\">^1</a></p>"'
