#!/usr/bin/env bash
# @pydantic/genai-prices 0.1.8 (npm), the offline table of what model calls cost.
# Expected: a model that the table does not list has no price, whoever's it is.
# Happens: it depends on the provider. A made-up OpenAI model is null; a made-up name that goes on from a listed Anthropic or Gemini one is
#   priced as that one, and `model.id` is the only sign. So is "gemini-1.5-pro" in the middle of any other name.
# Matters: a new, dearer model whose name continues an older one's is metered at the old price, and a budget passes. Check that the id, less a
#   date, is the name that was asked for.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @pydantic/genai-prices@0.1.8
cat > price.mjs <<'JS'
import { calcPrice } from "@pydantic/genai-prices";
const [provider, model] = process.argv.slice(2);
const found = calcPrice({ input_tokens: 1_000_000 }, model, { providerId: provider, timestamp: new Date("2026-09-23") });
console.log(found === null ? "null" : `${found.model.id} at ${found.total_price}`);
JS
price() { node price.mjs "$@"; }
is "claude-sonnet-4-5" "$(price anthropic claude-sonnet-4-5)" "claude-sonnet-4-5 at 6"
is "claude-sonnet-4-5-ultra, which nobody lists" "$(price anthropic claude-sonnet-4-5-ultra)" "claude-sonnet-4-5 at 6"
is "claude-sonnet-4-55" "$(price anthropic claude-sonnet-4-55)" "claude-sonnet-4-5 at 6"
is "gemini-2.5-pro-x" "$(price google gemini-2.5-pro-x)" "gemini-2.5-pro at 2.5"
is "tuned-gemini-1.5-pro-for-us" "$(price google tuned-gemini-1.5-pro-for-us)" "gemini-1.5-pro at 2.5"
is "gpt-5" "$(price openai gpt-5)" "gpt-5 at 1.25"
is "gpt-5-ultra" "$(price openai gpt-5-ultra)" null
