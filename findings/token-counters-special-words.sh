#!/usr/bin/env bash
# gpt-tokenizer 4.0.0 and js-tiktoken 1.0.21 (npm), both for o200k_base.
# Expected: each text has a number of tokens, and the same one; an empty text is within a limit of ten tokens.
# Happens: a file that mentions `<|endoftext|>`, as each tokenizer's source does, is an error for both; one with `<|im_start|>` is an error for gpt-tokenizer, and
# plain text for js-tiktoken. `isWithinTokenLimit("", 10)` is 0, the count, which is no less false than the false of a text that is too long.
# Matters: one such file in a repository, and a prompt's size cannot be told; an empty file is "too long".
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent gpt-tokenizer@4.0.0 js-tiktoken@1.0.21
cat >ask.mjs <<'J'
import { encode, isWithinTokenLimit } from "gpt-tokenizer";
import { getEncoding } from "js-tiktoken";
const tiktoken = getEncoding("o200k_base");
const told = (count) => {
  try {
    return String(count());
  } catch (error) {
    return /special token/.test(error.message) ? "special token" : error.message;
  }
};
for (const text of ["split at commas", "split at <|endoftext|>", "split at <|im_start|>"]) console.log(`${told(() => encode(text).length)}, ${told(() => tiktoken.encode(text).length)}`);
console.log(isWithinTokenLimit("", 10), isWithinTokenLimit("one two three four", 2));
J
mapfile -t saw < <(node ask.mjs)
is "words" "${saw[0]}" "3, 3"
is "the end of a text" "${saw[1]}" "special token, special token"
is "the start of a message" "${saw[2]}" "special token, 8"
is "an empty text and a long one" "${saw[3]}" "0 false"
