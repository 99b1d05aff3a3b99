#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (npm), its client and a server with two pages of tools.
# Expected: once all pages were listed, the results of all tools are held to their output schemas.
# Happens: only those of the page that was listed last are; a wrong result of a tool of the first page, refused before, is passed on.
# Matters: whether a result was checked depends on where its tool stands in the list, and on when the list was read.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @modelcontextprotocol/sdk@1.32.2 zod@4.6.7
cat >ask.mjs <<'J'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
const tool = (name) => ({ name, inputSchema: { type: "object" }, outputSchema: { type: "object", properties: { total: { type: "number" } }, required: ["total"] } });
const server = new Server({ name: "s", version: "1.0.0" }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, async ({ params }) => (params?.cursor ? { tools: [tool("second")] } : { tools: [tool("first")], nextCursor: "2" }));
server.setRequestHandler(CallToolRequestSchema, async () => ({ content: [], structuredContent: { total: "three" } }));
const [one, other] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "c", version: "1.0.0" });
await Promise.all([server.connect(one), client.connect(other)]);
const call = (name) => client.callTool({ name, arguments: {} }).then(() => "passed on", ({ code }) => code);
const { nextCursor } = await client.listTools();
console.log(await call("first"));
await client.listTools({ cursor: nextCursor });
console.log(await call("first"));
console.log(await call("second"));
J
mapfile -t saw < <(node ask.mjs)
is "a wrong result of the first page's tool" "${saw[0]}" "-32602"
is "the same once the second page was listed" "${saw[1]}" "passed on"
is "a wrong result of the second page's tool" "${saw[2]}" "-32602"
