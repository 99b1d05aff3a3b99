#!/usr/bin/env bash
# @modelcontextprotocol/server-memory 2026.8.31, its tool `create_entities`, asked by @modelcontextprotocol/sdk 1.32.2 (npm).
# Expected: eight calls that are under way at the same time, each with another entity, leave eight entities.
# Happens: each call is answered with its entity as created and no error; afterwards the graph has fewer, here one of them.
# Matters: agents call tools in parallel by default, and what they noted is gone without a word.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @modelcontextprotocol/server-memory@2026.8.31 @modelcontextprotocol/sdk@1.32.2
cat >ask.mjs <<'J'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
const args = ["node_modules/@modelcontextprotocol/server-memory/dist/index.js"];
const env = { ...process.env, MEMORY_FILE_PATH: `${process.cwd()}/graph.jsonl` };
const client = new Client({ name: "c", version: "1.0.0" });
await client.connect(new StdioClientTransport({ command: "node", args, env, stderr: "ignore" }));
const create = (name) =>
  client.callTool({ name: "create_entities", arguments: { entities: [{ name, entityType: "note", observations: ["seen"] }] } });
const answers = await Promise.all([..."abcdefgh"].map(create));
console.log(answers.filter(({ isError, content }) => !isError && content[0].text.includes("seen")).length);
const graph = await client.callTool({ name: "read_graph", arguments: {} });
const kept = JSON.parse(graph.content[0].text).entities.length;
console.log(kept < 8, kept);
await create("later");
const after = await client.callTool({ name: "read_graph", arguments: {} });
console.log(JSON.parse(after.content[0].text).entities.length - kept);
await client.close();
J
mapfile -t saw < <(node ask.mjs)
is "calls that say the entity was created" "${saw[0]}" 8
is "fewer than eight are in the graph" "${saw[1]%% *}" true
echo "here: ${saw[1]#* }"
is "more of them after one more call by itself" "${saw[2]}" 1
