#!/usr/bin/env bash
# @anthropic-ai/sdk 1.10.0 (npm), `messages.stream(…).finalMessage()`, a tool call that the limit of tokens cut, from a server on loopback.
# Expected: the call has no input, or the text as far as it came; a caller sees that it is not whole.
# Happens: `input` is a mapping with the fields that were complete; the one in which the cut fell is left out as if it had never been given.
# Matters: "delete in src, only *.tm…" becomes "delete in src"; where the missing field may be left out the call passes every check of its schema.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @anthropic-ai/sdk@1.10.0
cat >ask.mjs <<'J'
import { once } from "node:events";
import { createServer } from "node:http";
import Anthropic from "@anthropic-ai/sdk";
const message = { id: "m", type: "message", role: "assistant", model: "x", content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 9, output_tokens: 1 } };
const events = (partial_json, stop_reason) => [
  { type: "message_start", message },
  { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "t", name: "remove", input: {} } },
  { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 30 } },
  { type: "message_stop" },
];
const ask = async (...given) => {
  const body = events(...given).map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`).join("");
  const server = createServer((_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new Anthropic({ baseURL: `http://127.0.0.1:${server.address().port}`, apiKey: "k", maxRetries: 0 });
  const { content, stop_reason } = await client.messages.stream({ model: "x", max_tokens: 30, messages: [{ role: "user", content: "x" }] }).finalMessage();
  console.log(stop_reason, JSON.stringify(content[0].input));
};
await ask('{"path":"src","only":"*.tmp"}', "tool_use");
await ask('{"path":"src","only":"*.tm', "max_tokens");
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "a whole call" "${saw[0]}" 'tool_use {"path":"src","only":"*.tmp"}'
is "the same, cut" "${saw[1]}" 'max_tokens {"path":"src"}'
