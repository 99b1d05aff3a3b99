#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7 (npm), a tool with an argument that JSON Schema cannot say, such as `z.date()`.
# Expected: `registerTool` throws, or the tool is published with what can be said.
# Happens: it is taken, and from then on `tools/list` is error -32603 for all tools of the server, those that were registered before too; each can still be called by its name.
# Matters: one new tool, and a host shows none at all; the server starts, and its tests of single tools pass.
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
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
const done = async () => ({ content: [{ type: "text", text: "done" }] });
const server = new McpServer({ name: "s", version: "1.0.0" });
server.registerTool("old", { description: "works", inputSchema: { id: z.number() } }, done);
const [one, other] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "c", version: "1.0.0" });
await Promise.all([server.connect(one), client.connect(other)]);
const list = () => client.listTools().then(({ tools }) => tools.map(({ name }) => name).join(" "), ({ code }) => code);
console.log(await list());
server.registerTool("new", { description: "asks for a date", inputSchema: { at: z.date() } }, done);
console.log(await list());
console.log((await client.callTool({ name: "old", arguments: { id: 1 } })).content[0].text);
J
mapfile -t saw < <(node ask.mjs)
is "the tools before" "${saw[0]}" "old"
is "the tools after" "${saw[1]}" "-32603"
is "a call of the old tool" "${saw[2]}" "done"
