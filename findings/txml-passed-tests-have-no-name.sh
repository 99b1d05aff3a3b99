#!/usr/bin/env bash
# txml 6.0.3 (npm), a fast reader of XML, and its `simplify`.
# Expected: attributes are kept and entities decoded; a tag means nothing to a reader of XML.
# Happens: an element without children becomes "" and loses its attributes, and so does an empty <failure message="…"/>; `&lt;` stays `&lt;`; <link>x</link> is an empty element beside the text x, as in a web page.
# Matters: of a JUnit report each passed test loses its name and each failure without a text its message.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent txml@6.0.3
cat >ask.mjs <<'J'
import { parse, simplify } from "txml";
console.log(JSON.stringify(simplify(parse('<testsuite><testcase name="a"/><testcase name="b"><failure message="m"/></testcase></testsuite>')).testsuite.testcase));
console.log(parse('<failure message="1 &lt; 2">1 &lt; 2</failure>')[0].attributes.message);
console.log(JSON.stringify(parse("<link>x</link>").map((part) => part.tagName ?? part)));
J
mapfile -t saw < <(node ask.mjs)
is "a passed test a and a failed one" "${saw[0]}" '["",{"failure":"","_attributes":{"name":"b"}}]'
is "an attribute" "${saw[1]}" "1 &lt; 2"
is "link around x" "${saw[2]}" '["link","x"]'
