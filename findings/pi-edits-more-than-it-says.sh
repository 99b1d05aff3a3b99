#!/usr/bin/env bash
# pi 1.6.0 (npm, @earendil-works/pi-coding-agent), its tool `edit`, with a scripted model on loopback.
# Expected: an edit changes the text that it names, and nothing else; a file that cannot be kept as it is, is refused.
# Happens: in a file of another encoding than UTF-8 every byte that is none is replaced by U+FFFD, wherever it is; where straight quotes are
# found at curly ones, the rest of the line has its dashes and quotes replaced, too. "Successfully replaced 1 block(s)" both times.
# Matters: in an old source tree an edit of one word breaks names and messages all over the file, and the model is told that all is well.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the CLI"; exit 1; }
folder=$(mktemp -d)
model=
trap '[ -z "$model" ] || kill "$model"; rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @earendil-works/pi-coding-agent@1.6.0 node@24.21.0
export PATH="$folder/node_modules/.bin:$PATH"
mkdir -p home/.pi/agent work
printf 'caf\351\nsize = 1\n' >work/latin.txt # ISO 8859-1
printf 'size = 1\r\n' >work/lines.txt
printf 'say \342\200\234hi\342\200\235 \342\200\224 it is \342\200\234fine\342\200\235\n\342\200\224 kept\n' >work/quotes.txt
# The model: it asks for one edit after the other, and notes how the last one was answered.
cat >model.mjs <<'J'
import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
const edit = (path, oldText, newText) => ({ path, edits: [{ oldText, newText }] });
const edits = [edit("latin.txt", "size = 1", "size = 2"), edit("lines.txt", "1", "2\nend"), edit("quotes.txt", 'say "hi"', 'say "ho"')];
const server = createServer(async (request, response) => {
  const body = JSON.parse((await request.toArray()).join("") || "{}");
  const answers = (body.messages ?? []).filter(({ role }) => role === "tool");
  for (const { content } of answers.slice(-1)) appendFileSync("answers", `${JSON.stringify(content)}\n`);
  const given = edits[answers.length];
  const calls = [{ index: 0, id: `call_${answers.length}`, type: "function", function: { name: "edit", arguments: JSON.stringify(given) } }];
  const delta = { role: "assistant", ...(given ? { tool_calls: calls } : { content: "Done." }) };
  const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
  const chunk = (choices) => `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices, usage })}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(`${chunk([{ index: 0, delta }])}${chunk([{ index: 0, delta: {}, finish_reason: given ? "tool_calls" : "stop" }])}data: [DONE]\n\n`);
}).listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
J
node model.mjs &
model=$!
until [ -s port ]; do sleep 0.1; done
cat >home/.pi/agent/models.json <<J
{"providers":{"own":{"baseUrl":"http://127.0.0.1:$(cat port)/v1","api":"openai-completions","apiKey":"k","models":[{"id":"m"}]}}}
J
(cd work && HOME="$folder/home" timeout 120 pi -p --no-session --offline --provider own --model m "Edit." </dev/null >../out 2>../errors)
file() { cat -A "work/$1" | paste -sd'|'; }
is "edits that were told to be done" "$(grep -c 'Successfully replaced 1 block' answers) of $(grep -c . answers)" "3 of 3"
is "another line of a file in ISO 8859-1" "$(file latin.txt)" 'cafM-oM-?M-=$|size = 2$'
is "ends of lines, all the same" "$(file lines.txt)" 'size = 2^M$|end^M$'
is "the rest of a line with curly quotes, and the line below" "$(file quotes.txt)" 'say "ho" - it is "fine"$|M-bM-^@M-^T kept$'
