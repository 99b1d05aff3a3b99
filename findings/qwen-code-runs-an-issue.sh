#!/usr/bin/env bash
# Qwen Code 0.24.4 (npm, @qwen-code/qwen-code), the task given with `-p`, with a scripted model on loopback.
# Expected: the text goes to the model as it is, as that of `/api/users answers 500` does.
# Happens: where the first word is a slash command's name the command is run in its place: "/stats page is slow: mend it." is exit 0 and "success"
# without any call of the model; of "/init fails on Windows: mend it." the model gets not one word, but the order to describe the project.
# Matters: an issue whose title begins with a route is answered with figures about the session, and counts as done.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the CLI"; exit 1; }
folder=$(mktemp -d)
model=
trap '[ -z "$model" ] || kill "$model"; rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @qwen-code/qwen-code@0.24.4 node@24.21.0
export PATH="$folder/node_modules/.bin:$PATH"
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
  mkdir -p home work
  touch asked
  node model.mjs "$1" &
  model=$!
  until [ -s port ]; do sleep 0.1; done
  code=0
  (cd work && HOME="$folder/home" OPENAI_BASE_URL="http://127.0.0.1:$(cat ../port)/v1" OPENAI_API_KEY=k OPENAI_MODEL=m \
    timeout 120 qwen -p "$2" --yolo --output-format stream-json --auth-type openai </dev/null >../events 2>../errors) || code=$?
  kill "$model"
  model=
}
result() { sed -n 's/.*"type":"result","subtype":"\([a-z_]*\)".*/\1/p' events; }
reached() { if grep -q "$1" asked; then echo "the model has it"; else echo "the model has not a word"; fi; }
ask '[{"say":"done"}]' "/api/users answers 500: mend it."
is "/api/users: exit, result, task" "$code $(result) $(reached 'answers 500: mend it')" "0 success the model has it"
ask '[{"say":"done"}]' "/stats page is slow: mend it."
is "/stats: exit, result, calls of the model" "$code $(result) $(wc -l <asked | tr -d ' ')" "0 success 0"
ask '[{"say":"done"}]' "/init fails on Windows: mend it."
is "/init: exit, result, task" "$code $(result) $(reached 'fails on Windows')" "0 success the model has not a word"
is "calls of the model, all the same" "$([ -s asked ] && echo some)" some
