#!/usr/bin/env bash
# tokenx 2.2.0 (npm), which estimates how many tokens a text is; compared with js-tiktoken 1.0.21 for GPT-4o's encoding.
# Expected: within ten percent, as its README shows for texts, code and answers of programming interfaces.
# Happens: of hashes it tells less than a third, of a lock file's integrity lines little more than a third; of English sentences it is right.
# Matters: a lock file, or a log full of commit ids, that was let through as fitting is three times as large, and so is its price.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent tokenx@2.2.0 js-tiktoken@1.0.21
cat >ask.mjs <<'J'
import { createHash } from "node:crypto";
import { getEncoding } from "js-tiktoken";
import { estimateTokenCount } from "tokenx";
const encoding = getEncoding("o200k_base");
const lines = (line) => Array.from({ length: 60 }, (_, n) => `${line(createHash("sha512").update(String(n)).digest())}\n`).join("");
const percent = (text) => Math.round((estimateTokenCount(text) / encoding.encode(text).length) * 100);
console.log(percent(lines(() => "The tests of this change are green, and the review asks for one more.")));
console.log(percent(lines((hash) => hash.toString("hex").slice(0, 40))));
console.log(percent(lines((hash) => `  "integrity": "sha512-${hash.toString("base64")}",`)));
J
mapfile -t saw < <(node ask.mjs)
within() { if [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; then echo "$2 to $3"; else echo "$1"; fi; }
is "percent of the tokens of sentences" "$(within "${saw[0]}" 90 110)" "90 to 110"
is "of commit ids" "$(within "${saw[1]}" 20 33)" "20 to 33"
is "of a lock file's integrity lines" "$(within "${saw[2]}" 30 40)" "30 to 40"
