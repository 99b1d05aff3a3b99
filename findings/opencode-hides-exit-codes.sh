#!/usr/bin/env bash
# opencode 1.18.33 (npm, opencode-ai), its tools for commands and edits, with a scripted model on loopback.
# Expected: the model is told the exit code of its command; an edit whose old text is not in the file is refused.
# Happens: of a command that exits 3 the model is sent the output alone, the code is in the events only; an old text of which only the
# first and the last line are in the file replaces everything between the two, "Edit applied successfully."
# Matters: a check that fails without words looks to the model like one that passed; lines that it never saw are gone.
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
  mkdir -p home/.config/opencode task
  node model.mjs "$1" &
  model=$!
  until [ -s port ]; do sleep 0.1; done
  cat >home/.config/opencode/opencode.json <<J
{ "autoupdate": false, "share": "disabled", "permission": "allow", "model": "own/m", "provider": { "own": { "npm": "@ai-sdk/openai-compatible",
  "options": { "baseURL": "http://127.0.0.1:$(cat port)/v1", "apiKey": "k" }, "models": { "m": { "limit": { "context": 100000, "output": 8000 } } } } } }
J
  code=0
  (cd task && env -u XDG_CONFIG_HOME -u XDG_DATA_HOME HOME="$folder/home" timeout 120 ../node_modules/.bin/opencode run --format json "$2" </dev/null >../events 2>../errors) || code=$?
  kill "$model"
  model=
}
told() { node -e 'for (const line of require("fs").readFileSync("asked", "utf8").trim().split("\n")) for (const { role, content } of JSON.parse(line).messages ?? []) if (role === "tool") console.log(JSON.stringify(content))' | tail -n 1; }
ask '[{"tool":"bash","given":{"command":"echo checked; exit 3","description":"check"}},{"say":"done"}]' "Go."
is "exit of the run" "$code" 0
is "what the model is told of a command that exits 3" "$(told)" '"checked\n"'
is "the code in the events" "$(grep -o '"exit":[0-9]*' events)" '"exit":3'
mkdir -p task
printf '%s\n' 'function total(list) {' '  let sum = 0;' '  for (const one of list) sum += one.price;' '  return sum;' '}' >task/total.js
old='function total(list) {\n  let count = 0;\n  for (const one of list) count += one.size;\n  return sum;\n}'
ask "[{\"tool\":\"edit\",\"given\":{\"filePath\":\"$folder/task/total.js\",\"oldString\":\"$old\",\"newString\":\"function total() {\n  return 0;\n}\"}},{\"say\":\"done\"}]" "Go."
is "what the model is told of an edit of other lines" "$(told)" '"Edit applied successfully."'
is "the file" "$(paste -sd'|' task/total.js)" "function total() {|  return 0;|}"
