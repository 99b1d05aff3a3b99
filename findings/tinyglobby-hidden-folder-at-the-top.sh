#!/usr/bin/env bash
# tinyglobby 0.2.17 beside fast-glob 3.3.3 (npm), as they come.
# Expected: a pattern that names a hidden folder finds it, and `**/` is any number of folders, none included: `**/.github/**` finds what `.github/**` does.
# Happens: tinyglobby finds nothing by `**/.github/**`, where fast-glob finds the workflow, though `**/.storybook/**` finds the folder of that name in packages/a. So
# `src/**/.cache/*.ts` does not find src/.cache/z.ts.
# Matters: a tool that moved from the one library to the other passes over a repository's own workflows and tells that all files are fine.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent tinyglobby@0.2.17 fast-glob@3.3.3
mkdir -p tree/.github/workflows tree/packages/a/.storybook tree/src/.cache tree/src/b/.cache
touch tree/.github/workflows/ci.yml tree/packages/a/.storybook/main.ts tree/src/.cache/z.ts tree/src/b/.cache/y.ts
cat >find.mjs <<'J'
import fast from "fast-glob";
import { glob } from "tinyglobby";
const told = (found) => found.sort().join(" ") || "nothing";
console.log(`${told(await glob([process.argv[2]], { cwd: "tree" }))} | ${told(await fast([process.argv[2]], { cwd: "tree" }))}`);
J
is "by its path" "$(node find.mjs '.github/**')" ".github/workflows/ci.yml | .github/workflows/ci.yml"
is "anywhere" "$(node find.mjs '**/.github/**')" "nothing | .github/workflows/ci.yml"
is "anywhere, and further down" "$(node find.mjs '**/.storybook/**')" "packages/a/.storybook/main.ts | packages/a/.storybook/main.ts"
is "anywhere in src" "$(node find.mjs 'src/**/.cache/*.ts')" "src/b/.cache/y.ts | src/.cache/z.ts src/b/.cache/y.ts"
