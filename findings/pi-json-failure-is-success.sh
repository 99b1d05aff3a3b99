#!/usr/bin/env bash
# pi 1.6.0 (npm, @earendil-works/pi-coding-agent), one task, with a provider on loopback that refuses the key (401).
# Expected: `--mode json` changes what is printed, not what the exit code says.
# Happens: `pi -p` says the provider's sentence and is exit 1; `pi -p --mode json` prints the same sentence in an event, then agent_settled with
# "aborted":false, and is exit 0.
# Matters: a job that runs the agent for its events is green when no call of the model was ever answered.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the CLI"; exit 1; }
folder=$(mktemp -d)
provider=
trap '[ -z "$provider" ] || kill "$provider"; rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @earendil-works/pi-coding-agent@1.6.0 node@24.21.0
export PATH="$folder/node_modules/.bin:$PATH"
cat >provider.mjs <<'J'
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(401, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message: "No such key.", type: "invalid_request_error", param: null, code: "invalid_api_key" } }));
}).listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
J
node provider.mjs &
provider=$!
until [ -s port ]; do sleep 0.1; done
mkdir -p home/.pi/agent work
cat >home/.pi/agent/models.json <<J
{"providers":{"own":{"baseUrl":"http://127.0.0.1:$(cat port)/v1","api":"openai-completions","apiKey":"k","models":[{"id":"m"}]}}}
J
# asked OPTIONS: the exit code is in $code, what was printed in `out` and `errors`.
asked() {
  code=0
  (cd work && HOME="$folder/home" timeout 120 pi -p --no-session --offline --provider own --model m "$@" "Say hello." </dev/null >../out 2>../errors) || code=$?
}
asked
is "text: exit" "$code" 1
is "text: the provider's sentence" "$(grep -o 'No such key' errors | head -1)" "No such key"
asked --mode json
is "json: exit" "$code" 0
is "json: the provider's sentence" "$(grep -o 'No such key' out | head -1)" "No such key"
is "json: the last event" "$(tail -n1 out)" '{"type":"agent_settled","aborted":false}'
