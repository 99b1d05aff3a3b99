#!/usr/bin/env bash
# git-url-parse 16.1.0 (npm).
# Expected: the address of a pull request on GitHub names its repository, as the address of an issue does.
# Happens: the issue's is acme/shop; the pull request's is the repository "12" of the owner "acme/shop/pull", at any host.
# Matters: whoever asks by the address in a comment which repository is meant, clones, counts or allows another one, without an error.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent git-url-parse@16.1.0
cat >told.mjs <<'END'
import parse from "git-url-parse";
const { owner, name } = parse(process.argv[2]);
console.log(`${name} of ${owner}`);
END
is "an issue" "$(node told.mjs https://github.com/acme/shop/issues/7)" "shop of acme"
is "a pull request" "$(node told.mjs https://github.com/acme/shop/pull/12)" "12 of acme/shop/pull"
is "a pull request elsewhere" "$(node told.mjs https://github.example.com/acme/shop/pull/12)" "12 of acme/shop/pull"
