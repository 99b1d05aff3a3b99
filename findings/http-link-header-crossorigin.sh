#!/usr/bin/env bash
# http-link-header 1.1.4 (npm), parse.
# Expected: a parameter may stand without a value and a list may have an empty element, as RFC 8288 and RFC 9110 have it.
# Happens: after a parameter without a value the next one's name is made of both: `crossorigin; rel=preload` is a parameter "crossorigin; rel", and the link
# has no relation; as the last one it is read rightly. `</x>; rel=next,,</y>; rel=prev` is an error.
# Matters: the header that servers send to have a font loaded early has no link with the relation "preload", without a word.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent http-link-header@1.1.4
cat >ask.cjs <<'J'
const links = require("http-link-header");
try {
  const found = links.parse(process.argv[2]);
  console.log(JSON.stringify(found.refs), found.rel("preload").length);
} catch (error) {
  console.log("an error");
}
J
is "with a value" "$(node ask.cjs '</f.woff2>; crossorigin=""; rel=preload')" '[{"uri":"/f.woff2","crossorigin":"","rel":"preload"}] 1'
is "without" "$(node ask.cjs '</f.woff2>; crossorigin; rel=preload')" '[{"uri":"/f.woff2","crossorigin; rel":"preload"}] 0'
is "at the end" "$(node ask.cjs '</f.woff2>; rel=preload; crossorigin')" '[{"uri":"/f.woff2","rel":"preload","crossorigin":""}] 1'
is "an empty element" "$(node ask.cjs '</x>; rel=next,,</y>; rel=prev')" "an error"
