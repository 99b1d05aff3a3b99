#!/usr/bin/env bash
# biome-json-to-checkstyle 1.0.5 (npm), with what Biome 2.6.8 writes by `--reporter=json`.
# Expected: the Checkstyle report has Biome's errors, or the tool says that it does not know the form.
# Happens: a report without a file and without an error, "written!", exit 0: it looks for the path in a mapping, and Biome's is a text. In the
# form that it does read every error is at line 1, column 1.
# Matters: the code review that reads the report has nothing to say about code that Biome refuses.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent biome-json-to-checkstyle@1.0.5 @biomejs/biome@2.6.8
mkdir code
printf 'export const same = (a: number, b: number) => a == b;\n' >code/same.ts
code=0
(cd code && ../node_modules/.bin/biome lint --reporter=json . >../found.json 2>/dev/null) || code=$?
is "exit of biome" "$code" 1
is "what biome found" "$(node -e 'const { summary, diagnostics } = JSON.parse(fs.readFileSync("found.json", "utf8")); console.log(summary.errors, diagnostics[0].category, diagnostics[0].location.path)')" "1 lint/suspicious/noDoubleEquals same.ts"
said=$(node_modules/.bin/biome-json-to-checkstyle found.json report.xml)
is "what it says" "$said" "report.xml written!"
is "the report" "$(cat report.xml)" '<?xml version="1.0" encoding="utf-8"?><checkstyle version="4.3"></checkstyle>'
printf '{"diagnostics":[{"severity":"error","category":"c","description":"d","location":{"path":{"file":"a.ts"},"span":[90,92],"start":{"line":7,"column":3}}}]}' >found.json
node_modules/.bin/biome-json-to-checkstyle found.json report.xml >/dev/null
is "the form that it reads" "$(grep -o '<error.*/>' report.xml)" '<error line="1" column="1" severity="error" message="d" source="c" />'
