#!/usr/bin/env bash
# brittle 4.1.0 (npm), its TAP as tap-parser 18.3.4 (npm) reads it.
# Expected: a test that took 3 ms and one that took 7 have the same name: tap-parser knows the time at the end of a line (`# time=3ms`) and takes it off.
# Happens: brittle writes it as `# time = 3.1ms`, with blanks, which is a part of the name: no two runs have a test of the same name.
# Matters: a history of tests, or a comparison of two runs, sees all of them gone and as many new ones.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent brittle@4.1.0 tap-parser@18.3.4
echo 'import test from "brittle"; test("adds", (t) => t.is(1 + 1, 3, "is three"));' >tried.mjs
cat >read.mjs <<'J'
import { readFileSync } from "node:fs";
import { Parser } from "tap-parser";
const names = (text) => Parser.parse(text, { flat: true }).flatMap(([kind, result]) => (kind === "assert" ? [`${result.name} (${result.time ?? "no time"})`] : []));
console.log(names(readFileSync("tap", "utf8")).join(", ").replace(/[\d.]+ms/g, "Nms"));
console.log(names("TAP version 13\nok 1 - adds # time=3ms\n1..1\n").join(", "));
J
node tried.mjs >tap || true
is "the line" "$(grep -oE '^not ok 1.* # time = ' tap)" "not ok 1 - adds # time = "
mapfile -t saw < <(node read.mjs)
is "as it is read" "${saw[0]}" "is three (no time), adds # time = Nms (no time)"
is "a time without blanks" "${saw[1]}" "adds (3)"
