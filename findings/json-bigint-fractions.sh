#!/usr/bin/env bash
# json-bigint 1.0.0 (npm), which says it is JSON.parse with big integers that keep their digits.
# Expected: whole numbers beyond 2^53 are kept, and 0.30000000000000004, which is how Node itself writes 0.1 + 0.2, is the number it is with JSON.parse.
# Happens: every number written with more than fifteen characters counts as a big integer, with a fraction or an exponent as well: by default it is an object,
# to which `+ 1` appends "1"; with `useNativeBigInt` the whole text is refused ("Cannot convert ... to a BigInt"); with `storeAsString` it is a text, while its
# neighbour of few digits stays a number.
# Matters: costs and durations have such digits in one record of some and not in the next: a sum of them is a text, or the record cannot be read.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent json-bigint@1.0.0
cat >ask.mjs <<'J'
import create from "json-bigint";
const usage = JSON.stringify({ first: 0.1, both: 0.1 + 0.2 });
console.log(usage);
const plain = create().parse(usage);
console.log(`${typeof plain.first} ${typeof plain.both} ${plain.both + 1}`);
try {
  console.log(create({ useNativeBigInt: true }).parse(usage));
} catch (error) {
  console.log(error.message);
}
const text = create({ storeAsString: true }).parse(usage);
console.log(`${typeof text.first} ${typeof text.both}`);
console.log(String(create({ useNativeBigInt: true }).parse('{"id":9007199254740993}').id));
J
mapfile -t saw < <(node ask.mjs)
is "written by Node" "${saw[0]}" '{"first":0.1,"both":0.30000000000000004}'
is "by default, and one more" "${saw[1]}" "number object 0.300000000000000041"
is "with useNativeBigInt" "${saw[2]}" "Cannot convert 0.30000000000000004 to a BigInt"
is "with storeAsString" "${saw[3]}" "number string"
is "a big integer" "${saw[4]}" 9007199254740993
