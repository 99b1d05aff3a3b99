#!/usr/bin/env bash
# opencode 1.18.33 (npm, opencode-ai), `opencode run TEXT`, with a scripted model on loopback.
# Expected: the model gets the text, letter for letter.
# Happens: a text with a blank in it is put in double quotes, and each quote in it gets a backslash: `Print "a"` arrives as `"Print \"a\""`; one word alone stays as it is.
# Matters: code and JSON in an issue reach the model changed, and what it copies into a file has backslashes that nobody wrote.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the CLI"; exit 1; }
folder=$(mktemp -d)
model=
trap '[ -z "$model" ] || kill "$model"; rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent opencode-ai@1.18.33
cat >model.mjs <<'J'
import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
const server = createServer(async (request, response) => {
  const body = JSON.parse((await request.toArray()).join("") || "{}");
  appendFileSync("asked", `${JSON.stringify(body)}\n`);
  const results = (body.messages ?? []).filter(({ role }) => role === "tool").length;
  const step = body.tools?.length ? JSON.parse(process.argv[2])[results] : { say: "a title" };
  const calls = [{ index: 0, id: `call_${results}`, type: "function", function: { name: step.tool, arguments: JSON.stringify(step.given) } }];
  const delta = { role: "assistant", ...(step.tool ? { tool_calls: calls } : { content: step.say }) };
  const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
  const chunk = (choices) => `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices, usage })}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(`${chunk([{ index: 0, delta }])}${chunk([{ index: 0, delta: {}, finish_reason: step.tool ? "tool_calls" : "stop" }])}data: [DONE]\n\n`);
}).listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
J
# ask STEPS TASK: a run in an empty home; its events are in `events`, what the model was sent in `asked`, the exit code in $code.
ask() {
  rm -rf home port asked
  mkdir -p home/.config/opencode work
  node model.mjs "$1" &
  model=$!
  until [ -s port ]; do sleep 0.1; done
  cat >home/.config/opencode/opencode.json <<J
{ "autoupdate": false, "share": "disabled", "permission": "allow", "model": "own/m", "provider": { "own": { "npm": "@ai-sdk/openai-compatible",
  "options": { "baseURL": "http://127.0.0.1:$(cat port)/v1", "apiKey": "k" }, "models": { "m": { "limit": { "context": 100000, "output": 8000 } } } } } }
J
  code=0
  (cd work && env -u XDG_CONFIG_HOME -u XDG_DATA_HOME HOME="$folder/home" timeout 120 ../node_modules/.bin/opencode run --format json "$2" </dev/null >../events 2>../errors) || code=$?
  kill "$model"
  model=
}
said() { node -e 'const all = require("fs").readFileSync("asked", "utf8").trim().split("\n").map((line) => JSON.parse(line)).find(({ tools }) => tools?.length).messages; console.log(all.filter(({ role }) => role === "user").at(-1).content)'; }
ask '[{"say":"done"}]' 'Set {"limit": 5} and print "a".'
is "a task with quotes" "$(said)" '"Set {\"limit\": 5} and print \"a\"."'
ask '[{"say":"done"}]' 'mend'
is "a task of one word" "$(said)" mend
