#!/usr/bin/env bash
# Gemini CLI 0.61.0 (npm, @google/gemini-cli), `--output-format stream-json`, with a scripted model on loopback.
# Expected: the result of a command that failed is no success and tells the exit code; an answer that was cut at the limit is no success either;
# the output tokens are all that are billed as output.
# Happens: a command that exits 3 is `"status":"success"` with its output alone, though the model is told the code; an answer that ended with
# MAX_TOKENS is exit 0 and "success", and no event says so; thoughts are in no figure but the total.
# Matters: from the stream a red test run looks like a green one, half an answer like a whole one, and of a run's cost the larger part is missing.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the CLI"; exit 1; }
folder=$(mktemp -d)
model=
trap '[ -z "$model" ] || kill "$model"; rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @google/gemini-cli@0.61.0
cat >model.mjs <<'J'
import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
const server = createServer(async (request, response) => {
  const body = JSON.parse((await request.toArray()).join("") || "{}");
  appendFileSync("asked", `${JSON.stringify(body)}\n`);
  const results = (body.contents ?? []).flatMap(({ parts }) => parts).filter((part) => part.functionResponse).length;
  const step = JSON.parse(process.argv[2])[results];
  const part = step.say ? { text: step.say } : { functionCall: { name: "run_shell_command", args: { command: step.run } } };
  const candidates = [{ index: 0, content: { role: "model", parts: [part] }, finishReason: step.ends ?? "STOP" }];
  const usageMetadata = { promptTokenCount: 100, candidatesTokenCount: 20, thoughtsTokenCount: 300, totalTokenCount: 420 };
  response.writeHead(200, { "content-type": "text/event-stream" }).end(`data: ${JSON.stringify({ candidates, usageMetadata })}\n\n`);
}).listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
J
# ask STEPS TASK [NAME=VALUE ...]: a run in an empty home and workspace; its events are in `events`, what the model was sent in `asked`.
ask() {
  local code=0
  rm -rf home port asked
  mkdir -p home/.gemini work
  echo '{"security":{"auth":{"selectedType":"gemini-api-key"}},"privacy":{"usageStatisticsEnabled":false}}' >home/.gemini/settings.json
  node model.mjs "$1" &
  model=$!
  until [ -s port ]; do sleep 0.1; done
  (cd work && env -u GITHUB_SHA -u SURFACE HOME="$folder/home" GOOGLE_GEMINI_BASE_URL="http://127.0.0.1:$(cat ../port)" GEMINI_API_KEY=k GEMINI_CLI_TRUST_WORKSPACE=true "${@:3}" \
    timeout 120 ../node_modules/.bin/gemini -p "$2" --yolo --output-format stream-json -m gemini-2.5-pro </dev/null >../events 2>../errors) || code=$?
  kill "$model"
  model=
  is "exit of the run" "$code" 0
}
ask '[{"run":"echo 1 failed; exit 3"},{"say":"done"}]' "Go."
result() { node -e 'for (const line of require("fs").readFileSync("events", "utf8").split("\n").filter((one) => one.startsWith("{"))) { const one = JSON.parse(line); if (one.type === process.argv[1]) console.log(process.argv.slice(2).map((key) => one[key] ?? one.stats?.[key] ?? "none").join(" ")); }' "$@"; }
is "the result of a command that exits 3" "$(result tool_result status output error)" "success 1 failed none"
is "what the model was told" "$(grep -o 'Exit Code: 3' asked | head -n 1)" "Exit Code: 3"
is "tokens in, out and in all of two calls of 100, 20 and 300 thoughts" "$(result result input_tokens output_tokens total_tokens)" "200 40 840"
ask '[{"say":"I have changed the first of","ends":"MAX_TOKENS"}]' "Go."
is "an answer that was cut" "$(result result status error)" "success none"
is "events that tell so" "$(grep -ciE 'max_tokens|truncat|limit' events || true)" 0
