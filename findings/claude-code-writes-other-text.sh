#!/usr/bin/env bash
# Claude Code 2.1.330 (npm, @anthropic-ai/claude-code), its tools Edit and Write, with a scripted model.
# Expected: what the model wrote is in the file, or the answer says what is not.
# Happens: blanks and tabs at the ends of lines are gone, in every file but Markdown; where the file has curly quotes, straight ones fit them,
# and the new text's are made curly; taking out all of a line's text takes out the line. The answer is that the file was updated.
# Matters: fixtures, patches, TSV and expected output come out with other bytes than were written, tests that compare them stay red, and the
# model is told that nothing is left to do.
set -euo pipefail

for tool in node npm; do command -v "$tool" >/dev/null || { echo "$tool is missing: it is needed to install and ask the CLI"; exit 1; }; done
folder=$(realpath "$(mktemp -d)")
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @anthropic-ai/claude-code@2.1.330
mkdir tree home
printf 'a\nb\n' | tee tree/edited.py >tree/edited.md
printf 'say \342\200\234hi\342\200\235\n' >tree/quotes.txt
printf 'one\ntwo\nthree\n' >tree/line.txt
# The model: it asks for one call after the other, and notes how the last one was answered.
cat >model.mjs <<'J'
import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
const edit = (name, old_string, new_string) => {
  const file_path = `${process.cwd()}/tree/${name}`;
  return [["Read", { file_path }], ["Edit", { file_path, old_string, new_string }]];
};
const calls = [
  ...edit("edited.py", "b", "b  \nc\t"),
  ...edit("edited.md", "b", "b  \nc\t"),
  ...edit("quotes.txt", 'say "hi"', 'say "ho"'),
  ...edit("line.txt", "two", ""),
  ["Write", { file_path: `${process.cwd()}/tree/written.tsv`, content: "x\ty\t\n1\t\t\n" }],
];
let asks = 0;
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  if (!/^\/v1\/messages(\?|$)/.test(request.url)) return response.end("{}");
  const asked = JSON.parse(Buffer.concat(chunks).toString());
  const answers = [asked.messages.at(-1).content].flat().filter(({ type }) => type === "tool_result");
  for (const { is_error, content } of answers) appendFileSync("answers", `${is_error ? "error" : "fine"} ${JSON.stringify(content)}\n`);
  const call = asked.tools?.some(({ name }) => name === "Edit") ? calls[asks++] : undefined;
  const [name, input] = call ?? [];
  const begun = call ? { type: "tool_use", id: `toolu_${asks}`, name, input: {} } : { type: "text", text: "" };
  const delta = call ? { type: "input_json_delta", partial_json: JSON.stringify(input) } : { type: "text_delta", text: "Done." };
  const message = { id: `msg_${asks}`, type: "message", role: "assistant", model: asked.model, content: [], stop_reason: null, stop_sequence: null };
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of [
    { type: "message_start", message: { ...message, usage: { input_tokens: 1, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: begun },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: call ? "tool_use" : "end_turn", stop_sequence: null }, usage: { output_tokens: 1 } },
    { type: "message_stop" },
  ]) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}).listen(0, "127.0.0.1", function () {
  writeFileSync("port", String(this.address().port));
});
J
node model.mjs &
server=$!
for _ in $(seq 50); do [ -s port ] && break; sleep 0.1; done
cd tree
HOME="$folder/home" IS_SANDBOX=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 ANTHROPIC_API_KEY=none ANTHROPIC_BASE_URL="http://127.0.0.1:$(cat ../port)" \
  timeout 120 ../node_modules/.bin/claude -p --permission-mode bypassPermissions --model scripted "Edit." >/dev/null 2>&1
cd ..
file() { cat -A "tree/$1" | paste -sd'|'; }
is "errors among the answers" "$(grep -c '^error' answers || true) of $(grep -c . answers)" "0 of 9"
is "files that were told to be updated" "$(grep -c 'has been updated successfully' answers)" "4"
is "blanks and a tab at ends of lines, in Python" "$(file edited.py)" 'a$|b$|c$'
is "the same in Markdown" "$(file edited.md)" 'a$|b  $|c^I$'
is "empty last fields of a TSV that is written" "$(file written.tsv)" 'x^Iy$|1$'
is "straight quotes where the file has curly ones" "$(file quotes.txt)" 'say M-bM-^@M-^\hoM-bM-^@M-^]$'
is "a line of which all text is taken out" "$(file line.txt)" 'one$|three$'
