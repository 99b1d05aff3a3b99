#!/usr/bin/env bash
# Gemini CLI 0.61.0 (npm, @google/gemini-cli), a task in words with an @ in it, with a scripted model on loopback.
# Expected: the text of `-p` goes to the model as it is.
# Happens: an @ before a name that is also a file or folder brings all that is in it into the first message, without a tool call and without an event.
# Matters: an issue that greets "@docs" or "@src" pays for the whole folder, on every turn that follows; which folders there are decides on the price.
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
mkdir -p work/docs
seq -f 'line %g of the guide' 500 >work/docs/guide.md
sent() { head -n 1 asked | grep -o 'line [0-9]* of the guide' | sort -u | wc -l | tr -d ' '; }
ask '[{"say":"done"}]' "The team of docs asks for a limit."
is "lines of the guide in the first message, without an @" "$(sent)" 0
ask '[{"say":"done"}]' "The team @docs asks for a limit."
is "with one" "$(sent)" 500
is "tool calls in the events" "$(grep -c tool_use events || true)" 0
