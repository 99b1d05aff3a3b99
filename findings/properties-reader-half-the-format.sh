#!/usr/bin/env bash
# properties-reader 3.0.1 beside dot-properties 1.1.2 (npm).
# Expected: the .properties files of Java, as in sonar-project.properties: `key: value` and `key value` are pairs, a line after a backslash goes on, `!` begins a
# comment, and an escaped letter is that letter.
# Happens: "key: value" is a key with a colon and no value, a list that goes on has a backslash at its end and its next line is a key, a comment with `!` is a key. `get`
# makes numbers of what looks like one: "007" is 7, "1e3" is 1000.
# Matters: of the exclusions in three lines only the first counts, without a word, and a version or a key of a project is another one.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent properties-reader@3.0.1 dot-properties@1.1.2
cat >read.mjs <<'J'
import { parse } from "dot-properties";
import reader from "properties-reader";
const text = process.argv[2].replaceAll("|", "\n");
const read = reader();
read.read(text);
console.log(JSON.stringify(read.getAllProperties()), JSON.stringify(parse(text)), Object.keys(parse(text)).map((key) => typeof read.get(key)).join(" "));
J
is "lines that go on" "$(node read.mjs 'exclusions=a/**,\|  b/**')" '{"exclusions":"a/**,\\","b/**":""} {"exclusions":"a/**,b/**"} string'
is "a colon" "$(node read.mjs 'key: value')" '{"key: value":""} {"key":"value"} object'
is "a comment" "$(node read.mjs '! not used|key=value')" '{"! not used":"","key":"value"} {"key":"value"} string'
is "an escaped letter" "$(node read.mjs 'key=caf\u00e9')" '{"key":"caf\\u00e9"} {"key":"café"} string'
is "digits" "$(node read.mjs 'key=007')" '{"key":"007"} {"key":"007"} number'
