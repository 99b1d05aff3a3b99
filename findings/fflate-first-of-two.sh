#!/usr/bin/env bash
# fflate 0.8.3 (npm), gunzipSync, decompressSync, gunzip and the stream Gunzip, beside Node's zlib.
# Expected: two gzip files one behind the other are the two texts one behind the other, as gzip's own description has it; changed content is an error.
# Happens: gunzipSync, decompressSync and gunzip give the first text and no error; the stream Gunzip gives both. The check sum at the end is compared by none:
# a text whose 1 became a 9 is given as it is, where zlib says "incorrect data check".
# Matters: a log to which each run appends a compressed piece is read as its first piece, and what was damaged on the way counts as whole.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent fflate@0.8.3
cat >ask.mjs <<'J'
import { gunzipSync as ofZlib } from "node:zlib";
import { decompressSync, Gunzip, gunzip, gunzipSync, gzipSync, strFromU8, strToU8 } from "fflate";
const two = Buffer.concat([gzipSync(strToU8("one.")), gzipSync(strToU8("two."))]);
let streamed = "";
new Gunzip((piece) => (streamed += strFromU8(piece))).push(two, true);
const later = await new Promise((resolve, reject) => gunzip(two, (error, text) => (error ? reject(error) : resolve(text))));
console.log(strFromU8(gunzipSync(two)), strFromU8(decompressSync(two)), strFromU8(later));
console.log(streamed, ofZlib(two).toString());
const damaged = gzipSync(strToU8("total 1200"), { level: 0 });
damaged[damaged.indexOf("1".charCodeAt(0), 10)] = "9".charCodeAt(0);
console.log(strFromU8(gunzipSync(damaged)));
try {
  console.log(ofZlib(damaged).toString());
} catch (error) {
  console.log(error.message);
}
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "gunzipSync, decompressSync, gunzip" "${saw[0]}" "one. one. one."
is "the stream, and zlib" "${saw[1]}" "one.two. one.two."
is "damaged" "${saw[2]}" "total 9200"
is "damaged, zlib" "${saw[3]}" "incorrect data check"
