#!/usr/bin/env bash
# picomatch 4.0.7 (npm), a matcher of paths against patterns.
# Expected: round brackets without a sign before them are part of a name, as in a shell: `app/(auth)/**` means the folder "(auth)", which some web frameworks ask for.
# Happens: they are a group: the pattern matches app/auth/page.ts and not app/(auth)/page.ts. `f{8..10}.ts` does not match f9.ts. Escaped brackets work.
# Matters: a rule for such a folder protects or allows another one, and never the one it names.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent picomatch@4.0.7
said() { node -p 'require("picomatch").isMatch(process.argv[1], process.argv[2])' "$1" "$2"; }
is "app/(auth)/page.ts in app/(auth)/**" "$(said 'app/(auth)/page.ts' 'app/(auth)/**')" false
is "app/auth/page.ts in app/(auth)/**" "$(said app/auth/page.ts 'app/(auth)/**')" true
is "with the brackets escaped" "$(said 'app/(auth)/page.ts' 'app/\(auth\)/**')" true
is "f9.ts in f{8..10}.ts" "$(said f9.ts 'f{8..10}.ts')" false
