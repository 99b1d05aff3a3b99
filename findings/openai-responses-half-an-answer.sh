#!/usr/bin/env bash
# openai 7.59.0 (npm), a stream that ends before its last event, as when a proxy gives up.
# Expected: `finalResponse()` rejects, as `finalChatCompletion()` does for the older API.
# Happens: it resolves, with the words that had come and the status "in_progress". The same cut in a chat completion is the error "missing finish_reason".
# Matters: who takes `output_text` of the final response has half a verdict or half a patch, and no error. Ask that `status` is "completed".
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent openai@7.59.0
cat >ask.mjs <<'J'
import { createServer } from "node:http";
import OpenAI from "openai";
const event = (value) => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
const at = { item_id: "i", output_index: 0, content_index: 0 };
const response = [
  event({ type: "response.created", sequence_number: 0, response: { id: "r", object: "response", created_at: 1, status: "in_progress", model: "m", output: [] } }),
  event({ type: "response.output_item.added", sequence_number: 1, output_index: 0, item: { id: "i", type: "message", role: "assistant", status: "in_progress", content: [] } }),
  event({ type: "response.content_part.added", sequence_number: 2, ...at, part: { type: "output_text", text: "", annotations: [] } }),
  event({ type: "response.output_text.delta", sequence_number: 3, ...at, delta: "Approved, if " }),
];
const delta = { role: "assistant", content: "Approved, if " };
const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: null }] };
const server = createServer((asked, answer) => {
  asked.resume().on("end", () => {
    answer.writeHead(200, { "content-type": "text/event-stream" });
    answer.end(asked.url.includes("chat") ? `data: ${JSON.stringify(chunk)}\n\n` : response.join(""));
  });
}).listen(0, "127.0.0.1", async () => {
  const openai = new OpenAI({ apiKey: "k", baseURL: `http://127.0.0.1:${server.address().port}/v1`, maxRetries: 0 });
  const chat = openai.chat.completions.stream({ model: "m", messages: [{ role: "user", content: "Is it good?" }] });
  console.log(await chat.finalChatCompletion().then(() => "resolved", ({ message }) => message));
  const final = openai.responses.stream({ model: "m", input: "Is it good?" }).finalResponse();
  console.log(await final.then(({ status, output_text }) => `${status}: ${output_text}`, ({ message }) => message));
  server.close();
  server.closeAllConnections();
});
J
mapfile -t saw < <(timeout 40 node ask.mjs)
is "a chat completion that is cut" "${saw[0]}" "missing finish_reason for choice 0"
is "a response that is cut" "${saw[1]}" "in_progress: Approved, if "
