#!/usr/bin/env bash
# codeowners-utils 1.0.2 (npm), a reader of CODEOWNERS files.
# Expected: as the code host documents it, `/docs/*` covers only files directly in docs; as in ignore files, a backslash keeps a space in the pattern.
# Happens: `/docs/*` also takes docs/a/b.md away from the earlier rule, and `/secret\ dir/ @sec` becomes the pattern `/secret\` owned by "dir/" and "@sec".
# Matters: the owners it names are not the ones whose review is asked for; a folder with a space in its name falls to the default owners.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent codeowners-utils@1.0.2
cat >ask.cjs <<'J'
const { parse, matchFile } = require("codeowners-utils");
const rules = parse("* @all\n/docs/* @docs\n/secret\\ dir/ @sec\n");
const of = (file) => matchFile(file, rules).owners.join(" ");
console.log([of("docs/a.md"), of("docs/a/b.md"), of("secret dir/key"), JSON.stringify(rules[0])].join("\n"));
J
mapfile -t saw < <(node ask.cjs)
is "docs/a.md" "${saw[0]}" "@docs"
is "docs/a/b.md" "${saw[1]}" "@docs"
is "secret dir/key" "${saw[2]}" "@all"
is "the rule for it" "${saw[3]}" '{"pattern":"/secret\\","owners":["dir/","@sec"]}'
