#!/usr/bin/env bash
# Codex 0.169.0 (npm, @openai/codex), `codex exec` with an MCP server whose answers come 3 s after it is first asked, and a model on loopback.
# Expected: with `startup_timeout_sec=60` the server has a minute: the first turn offers its tool.
# Happens: the first turn begins before the server has answered and offers none of its tools; a task of one turn ends so, exit 0, without an event about it.
# With `required=true` the same turn waits, and has the tool.
# Matters: on a busy machine an agent works without its tools now and then, and nothing says so.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the CLI"; exit 1; }
folder=$(mktemp -d)
provider=
trap '[ -z "$provider" ] || kill "$provider"; rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @openai/codex@0.169.0 node@24.21.0
export PATH="$folder/node_modules/.bin:$PATH"
# /mcp is the server, late at each start of a session; /responses the model, which writes down what tools it was offered.
cat >provider.mjs <<'J'
import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
const result = (method, asked) => ({
  initialize: { protocolVersion: asked?.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "own", version: "1" } },
  "tools/list": { tools: [{ name: "hello", description: "Says hello.", inputSchema: { type: "object", properties: {} } }] },
})[method] ?? {};
const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  if (request.method !== "POST") return response.writeHead(405).end();
  const body = JSON.parse(text);
  if (request.url === "/mcp") {
    if (body.id === undefined) return response.writeHead(202).end();
    if (body.method === "initialize") await new Promise((go) => setTimeout(go, 3000));
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(JSON.stringify({ jsonrpc: "2.0", id: body.id, result: result(body.method, body.params) }));
  }
  appendFileSync("offered", `${JSON.stringify(body.tools).includes('"hello"')}\n`);
  const item = { id: "m", type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "Done.", annotations: [] }] };
  const whole = { id: "r", object: "response", status: "completed", output: [item], usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 } };
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const data of [
    { type: "response.created", response: { ...whole, status: "in_progress", output: [] } },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: whole },
  ]) response.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
  response.end();
}).listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
J
node provider.mjs &
provider=$!
until [ -s port ]; do sleep 0.1; done
url="http://127.0.0.1:$(cat port)"
mkdir home work
# turn OPTIONS: the exit code, and whether each call of the model was offered the tool.
turn() {
  local code=0
  rm -f offered
  (cd work && HOME="$folder/home" KEY=k timeout 120 codex exec --json --skip-git-repo-check --ephemeral -m m \
    -c 'model_provider="own"' -c 'model_providers.own.name="own"' -c 'model_providers.own.wire_api="responses"' \
    -c 'model_providers.own.env_key="KEY"' -c "model_providers.own.base_url=\"$url\"" -c model_providers.own.supports_websockets=false \
    -c "mcp_servers.own.url=\"$url/mcp\"" -c mcp_servers.own.startup_timeout_sec=60 "$@" "Say hello." </dev/null >../out 2>../errors) || code=$?
  echo "$code $(paste -sd' ' offered)"
}
is "a server that may take a minute" "$(turn)" "0 false"
is "events about it" "$(grep -ci 'mcp' out || true)" 0
is "one that is required" "$(turn -c mcp_servers.own.required=true)" "0 true"
