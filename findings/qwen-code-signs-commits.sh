#!/usr/bin/env bash
# Qwen Code 0.24.4 (npm, @qwen-code/qwen-code), a command that the model runs, with a scripted model and git.
# Expected: the command that stands in the events is the one that was run.
# Happens: `git commit -m "Mend the limit"` makes a commit with a second paragraph, "Co-authored-by: Qwen-Coder …"; the events show the command without it.
# Matters: the log of a run does not explain the commit that it made, and a check of messages or of authors meets a name that nobody wrote.
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
command -v git >/dev/null || { echo "git is missing"; exit 1; }
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
git init -q work
ask '[{"tool":"run_shell_command","given":{"command":"git commit --allow-empty -qm \"Mend the limit\"","is_background":false}},{"say":"done"}]' "Go."
is "exit, result" "$code $(result)" "0 success"
is "the commit's message" "$(git -C work log -1 --format=%B | paste -sd'|')" "Mend the limit||Co-authored-by: Qwen-Coder <qwen-coder@alibabacloud.com>|"
is "events that name a co-author" "$(grep -ci co-authored events || true)" 0
