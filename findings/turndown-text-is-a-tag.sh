#!/usr/bin/env bash
# turndown 7.2.5 (npm), HTML into Markdown.
# Expected: text that Markdown would read as something else is escaped, as `#` and `*` are.
# Happens: `Map&lt;string, number&gt;` becomes `Map<string, number>`, which a reader of Markdown takes for a tag, `&amp;lt;` becomes `&lt;`, which
# is shown as `<`, and `1) x`, `~~x~~` become a list and struck text; `1. x`, `# x` and `a_b` are escaped.
# Matters: an issue or a release note that went through it has lost its type arguments where it is shown, and says other things than before.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent turndown@7.2.5
cat >ask.cjs <<'J'
const Turndown = require("turndown");
const turndown = new (Turndown.default ?? Turndown)();
for (const text of ["a Map&lt;string, number&gt; here", "write &amp;lt; for it", "1) x", "~~x~~", "1. x", "# x", "a_b"]) console.log(turndown.turndown(`<p>${text}</p>`));
J
mapfile -t saw < <(node ask.cjs)
is "type arguments" "${saw[0]}" "a Map<string, number> here"
is "a written entity" "${saw[1]}" "write &lt; for it"
is "a number and a bracket" "${saw[2]}" "1) x"
is "tildes" "${saw[3]}" "~~x~~"
is "a number and a dot" "${saw[4]}" '1\. x'
is "a number sign" "${saw[5]}" '\# x'
is "an underline" "${saw[6]}" 'a\_b'
