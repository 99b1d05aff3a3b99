#!/usr/bin/env bash
# csv-stringify 6.9.0 and csv-writer 1.6.0 (npm), read back by d3-dsv 3.0.2.
# Expected: false is told from a value that is not there; every key of every record has its column, or an error says that one has none; one record is one line.
# Happens: csv-stringify writes true as "1" and false as nothing, as it does null. Its columns are those of the first record: what only later ones have is dropped
# without a word. csv-writer does not quote a carriage return: a text with a progress bar in it is two records for d3-dsv.
# Matters: in a table of test results what failed is what has no result, and the column "error" is there only if the first test had one.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent csv-stringify@6.9.0 csv-writer@1.6.0 d3-dsv@3.0.2
cat >write.mjs <<'J'
import { stringify } from "csv-stringify/sync";
import { createArrayCsvStringifier } from "csv-writer";
import { csvParseRows } from "d3-dsv";
const tests = [{ name: "adds", passed: true }, { name: "saves", passed: false, error: "no space" }, { name: "loads", passed: null }];
console.log(JSON.stringify(stringify(tests, { header: true })));
console.log(JSON.stringify(csvParseRows(createArrayCsvStringifier({}).stringifyRecords([["10 %\r20 %", "ok"]]).trimEnd())));
console.log(JSON.stringify(csvParseRows(stringify([["10 %\r20 %", "ok"]]).trimEnd())));
J
mapfile -t saw < <(node write.mjs)
is "three tests" "${saw[0]}" '"name,passed\nadds,1\nsaves,\nloads,\n"'
is "a carriage return, by csv-writer" "${saw[1]}" '[["10 %"],["20 %","ok"]]'
is "a carriage return, by csv-stringify" "${saw[2]}" '[["10 %\r20 %","ok"]]'
