#!/usr/bin/env bash
# merge-cobertura 1.0.9 (npm), with the reports of two runs that cover different lines of one file, as two shards of a suite have them.
# Expected: a merged report has the file once, with each line that either run reached: four of four.
# Happens: it has the file twice, each time with half, also under one name for the package; the totals are 8 lines, 4 of them covered, at 50 %.
# Matters: however well the shards cover the code together, the gate sees what each has alone, and a file may be judged by the last class of its name.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent merge-cobertura@1.0.9
report() {
  echo '<?xml version="1.0" ?>'
  echo '<coverage lines-valid="4" lines-covered="2" line-rate="0.5" branches-valid="0" branches-covered="0" branch-rate="1" timestamp="1" complexity="0" version="1">'
  echo "<sources><source>$folder</source></sources><packages><package name=\"src\" line-rate=\"0.5\" branch-rate=\"1\"><classes>"
  echo '<class name="a.js" filename="src/a.js" line-rate="0.5" branch-rate="1"><methods/><lines>'
  for line in 1 2 3 4; do echo "<line number=\"$line\" hits=\"$((line % 2 == $1))\" branch=\"false\"/>"; done
  echo '</lines></class></classes></package></packages></coverage>'
}
report 0 >one.xml
report 1 >two.xml
node_modules/.bin/merge-cobertura -o merged.xml all=one.xml all=two.xml
is "totals" "$(grep -oE '(line-rate|lines-covered|lines-valid)="[^"]*"' merged.xml | head -3 | tr '\n' ' ')" 'line-rate="0.5" lines-covered="4" lines-valid="8" '
is "files" "$(grep -oE 'filename="[^"]*"' merged.xml | tr '\n' ' ')" 'filename="src/a.js" filename="src/a.js" '
