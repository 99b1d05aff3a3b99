#!/usr/bin/env bash
# Claude Code 2.1.330 (npm, @anthropic-ai/claude-code), its tool Bash, with a scripted model.
# Expected: a hook, the stream of events and the next request have the command that the model wrote.
# Happens: where it begins with `cd`, the very folder that the shell is in, and ` && `, that beginning is gone in all three, once; with any other
# spelling of the folder, or a `;` or a new line behind it, it stays.
# Matters: who compares what a hook or a transcript was told with what the provider answered finds two different commands, and the model reads
# one that it did not write.
set -euo pipefail

for tool in node npm; do command -v "$tool" >/dev/null || { echo "$tool is missing: it is needed to install and ask the CLI"; exit 1; }; done
folder=$(realpath "$(mktemp -d)")
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @anthropic-ai/claude-code@2.1.330
mkdir tree home
# The model: it asks for one command after the other, and notes the last one that each request says it asked for.
cat >model.mjs <<'J'
import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
const here = `${process.cwd()}/tree`;
const commands = [`cd ${here} && echo 1`, `cd ${here} && cd ${here} && echo 2`, `cd ${here}/ && echo 3`, `cd ${here}; echo 4`];
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  if (!/^\/v1\/messages(\?|$)/.test(request.url)) return response.end("{}");
  const asked = JSON.parse(Buffer.concat(chunks).toString());
  const before = asked.messages.filter(({ role }) => role === "assistant").at(-1);
  if (before) appendFileSync("history", `${before.content.map(({ input }) => input?.command).join("")}\n`);
  const command = asked.tools?.some(({ name }) => name === "Bash") ? commands.shift() : undefined;
  const begun = command ? { type: "tool_use", id: `toolu_${commands.length}`, name: "Bash", input: {} } : { type: "text", text: "" };
  const delta = command
    ? { type: "input_json_delta", partial_json: JSON.stringify({ command, description: "echoes" }) }
    : { type: "text_delta", text: "Done." };
  const message = { id: `msg_${commands.length}`, type: "message", role: "assistant", model: asked.model, content: [], stop_reason: null, stop_sequence: null };
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of [
    { type: "message_start", message: { ...message, usage: { input_tokens: 1, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: begun },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: command ? "tool_use" : "end_turn", stop_sequence: null }, usage: { output_tokens: 1 } },
    { type: "message_stop" },
  ]) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}).listen(0, "127.0.0.1", function () {
  writeFileSync("port", String(this.address().port));
});
J
cat >hook.mjs <<'J'
import { appendFileSync, readFileSync } from "node:fs";
appendFileSync("../hooked", `${JSON.parse(readFileSync(0, "utf8")).tool_input.command}\n`);
J
echo '{ "hooks": { "PreToolUse": [{ "matcher": "Bash", "hooks": [{ "type": "command", "command": "node ../hook.mjs" }] }] } }' >settings.json
node model.mjs &
server=$!
for _ in $(seq 50); do [ -s port ] && break; sleep 0.1; done
cd tree
HOME="$folder/home" IS_SANDBOX=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 ANTHROPIC_API_KEY=none ANTHROPIC_BASE_URL="http://127.0.0.1:$(cat ../port)" \
  timeout 120 ../node_modules/.bin/claude -p --settings ../settings.json --permission-mode bypassPermissions --model scripted \
  --output-format stream-json --verbose "Echo." 2>/dev/null | grep -o '"command":"[^"]*"' | cut -d'"' -f4 >../events
cd ..
seen() { sed "s|$folder|.|g" "$1" | paste -sd'|'; }
stated="echo 1|cd ./tree && echo 2|cd ./tree/ && echo 3|cd ./tree; echo 4"
is "what the hook is told" "$(seen hooked)" "$stated"
is "what the events say" "$(seen events)" "$stated"
is "what the model reads of itself" "$(seen history)" "$stated"
