#!/usr/bin/env bash
# pixelmatch 8.0.0 (npm), which compares two pictures of one size, as it is when nothing is set.
# Expected: two colours that everybody tells apart are different pixels.
# Happens: the pale green of an added line (#e6ffed) and the pale red of a removed one (#ffeef0) are the same, over the whole picture; so are white and the grey of a page's bar.
# Matters: a check of a page's looks passes when a passed step is drawn as a failed one, or when a state's background is gone. Set `threshold` well below 0.1.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent pixelmatch@8.0.0
cat >ask.mjs <<'J'
import pixelmatch from "pixelmatch";
const [one, other, threshold] = process.argv.slice(2);
const picture = (colour) => new Uint8Array(Array.from({ length: 400 }, () => [...Buffer.from(colour, "hex"), 255]).flat());
console.log(pixelmatch(picture(one), picture(other), undefined, 20, 20, threshold ? { threshold: Number(threshold) } : {}));
J
differ() { node ask.mjs "$@"; }
is "of 400 pixels, white and yellow" "$(differ ffffff ffff00)" 400
is "pale green and pale red" "$(differ e6ffed ffeef0)" 0
is "white and pale green" "$(differ ffffff e6ffe6)" 0
is "white and #f6f8fa" "$(differ ffffff f6f8fa)" 0
is "pale green and pale red, threshold 0.02" "$(differ e6ffed ffeef0 0.02)" 400
