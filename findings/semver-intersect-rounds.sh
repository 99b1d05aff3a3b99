#!/usr/bin/env bash
# semver-intersect 1.5.0 (npm), intersect, with node-semver 7.8.6 as the judge.
# Expected: a version that satisfies what two ranges have in common satisfies both of them, and one that satisfies both satisfies it.
# Happens: an upper bound with `<` is rounded to the nearest ~ or ^, in either direction, without an error: `>=1.2.0 <1.2.5` with `^1` is `~1.2.0`, which
# takes 1.2.9; `^1.2.3` with `<1.9.0` is `~1.2.3`, which refuses 1.8.0; `>=1.0.0` with `<3.0.0` is `^1.0.0`; `>=0.1.0` with `<1.0.0` is "0", which takes 0.0.1.
# With `<=` the answer is right.
# Matters: who asks which releases suit two dependants is given one that breaks one of them, or is told that none is left.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent semver-intersect@1.5.0 semver@7.8.6
cat >ask.mjs <<'J'
import both from "semver-intersect";
import semver from "semver";
const [one, two, version] = process.argv.slice(2);
const common = both.intersect(one, two);
console.log(`${common} takes ${version}: ${semver.satisfies(version, common)}, both do: ${[one, two].every((range) => semver.satisfies(version, range))}`);
J
is "too much" "$(node ask.mjs '>=1.2.0 <1.2.5' '^1' 1.2.9)" "~1.2.0 takes 1.2.9: true, both do: false"
is "too much below" "$(node ask.mjs '>=0.1.0' '<1.0.0' 0.0.1)" "0 takes 0.0.1: true, both do: false"
is "too little" "$(node ask.mjs '^1.2.3' '<1.9.0' 1.8.0)" "~1.2.3 takes 1.8.0: false, both do: true"
is "two majors" "$(node ask.mjs '>=1.0.0' '<3.0.0' 2.0.0)" "^1.0.0 takes 2.0.0: false, both do: true"
is "with <=" "$(node ask.mjs '^1.2.3' '<=1.4.0' 1.4.0)" "1.2.3 - 1.4.0 takes 1.4.0: true, both do: true"
