#!/usr/bin/env bash
# gitignore-parser 0.0.2 (npm) against git's own check-ignore.
# Expected: the same answer for `*.log`, `/only.js` and `src/**/gen`.
# Happens: a pattern matches as a prefix, so build.logs and only.jsx count as ignored; `**/` must stand for at least one folder, so src/gen counts as kept. git says the opposite of all three.
# Matters: a tool that leaves ignored files out of scan, copy or diff leaves out tracked sources.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

command -v git >/dev/null || { echo "git is missing: it is needed to compare with"; exit 1; }
npm install --no-audit --no-fund --silent gitignore-parser@0.0.2
printf '*.log\n/only.js\nsrc/**/gen\n' >.gitignore
git init -q .
cat >ask.cjs <<'J'
const rules = require("gitignore-parser").compile(require("node:fs").readFileSync(".gitignore", "utf8"));
console.log(rules.denies(process.argv[2]) ? "ignored" : "kept");
J
own() { git check-ignore -q "$1" && echo ignored || echo kept; }
for row in "a.log ignored ignored" "build.logs ignored kept" "only.jsx ignored kept" "src/gen kept ignored"; do
  read -r file library git <<<"$row"
  is "$file by the library" "$(node ask.cjs "$file")" "$library"
  is "$file by git" "$(own "$file")" "$git"
done
