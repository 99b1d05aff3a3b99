#!/usr/bin/env bash
# glob-to-regexp 0.4.1 (npm) with `extended: true, globstar: true`, which is its full set of globs.
# Expected: `v[!1].js` is every version but the first, as in every shell.
# Happens: it matches v1.js and does not match v2.js: the exclamation mark is taken as one of the letters.
# Matters: a rule for "all but" covers exactly what it was to leave out, and no error says so.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent glob-to-regexp@0.4.1
match() { node -p 'require("glob-to-regexp")(process.argv[1], { extended: true, globstar: true }).test(process.argv[2])' "$1" "$2"; }
is "v[12].js and v2.js" "$(match 'v[12].js' v2.js)" true
is "v[!1].js and v1.js" "$(match 'v[!1].js' v1.js)" true
is "v[!1].js and v2.js" "$(match 'v[!1].js' v2.js)" false
case v2.js in v[!1].js) shell=true ;; *) shell=false ;; esac
is "the shell on v[!1].js and v2.js" "$shell" true
