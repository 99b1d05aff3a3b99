#!/usr/bin/env bash
# looks-same 10.0.1 (npm), which compares two pictures, as it is when nothing is set.
# Expected: `ignoreCaret` passes over one blinking text cursor, of about a line's height.
# Happens: any upright line one pixel wide is a caret: a border over the picture's whole height is there or not, and the pictures are equal; so are the digits 10 and 0 where the 1 is a stroke. A line that lies is seen.
# Matters: a table that lost its column's border, or a count of 10 that became 0, passes. Set `ignoreCaret: false`.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent looks-same@10.0.1 pngjs@7.0.0
cat >ask.mjs <<'J'
import looksSame from "looks-same";
import { PNG } from "pngjs";
const height = 300;
const draw = (isInk) => {
  const png = new PNG({ width: 60, height });
  for (let y = 0; y < height; y += 1) for (let x = 0; x < 60; x += 1) png.data.set(isInk(x, y) ? [0, 0, 0, 255] : [255, 255, 255, 255], (y * 60 + x) * 4);
  return PNG.sync.write(png);
};
const blank = draw(() => false);
const zero = (x, y) => y >= 10 && y <= 22 && x >= 30 && x <= 38 && (x < 32 || x > 36 || y < 12 || y > 20);
const ten = (x, y) => zero(x, y) || (x === 25 && y >= 10 && y <= 22);
const equal = async (...args) => (await looksSame(...args)).equal;
console.log(await equal(blank, draw((_, y) => y === 30)));
console.log(await equal(blank, draw((x) => x === 30)));
console.log(await equal(draw(zero), draw(ten)));
console.log(await equal(draw(zero), draw(ten), { ignoreCaret: false }));
J
mapfile -t saw < <(node ask.mjs)
is "is a line that lies the same as none" "${saw[0]}" false
is "is an upright line over 300 pixels the same as none" "${saw[1]}" true
is "is 0 the same as 10" "${saw[2]}" true
is "with ignoreCaret: false" "${saw[3]}" false
