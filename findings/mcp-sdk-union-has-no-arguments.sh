#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7 (npm), a tool whose `inputSchema` is a union of objects.
# Expected: the union is published, or `registerTool` refuses it, for the protocol wants an object.
# Happens: it is taken, and published as an object without any property. What a client sends is checked against the union all the same.
# Matters: the model is shown a tool without arguments; it calls it so, and every call is an error that names fields it never heard of.
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
const server = new McpServer({ name: "s", version: "1.0.0" });
const inputSchema = z.discriminatedUnion("by", [
  z.object({ by: z.literal("id"), id: z.number() }),
  z.object({ by: z.literal("name"), name: z.string() }),
]);
server.registerTool("find", { description: "finds", inputSchema }, async () => ({ content: [{ type: "text", text: "found" }] }));
const [one, other] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "c", version: "1.0.0" });
await Promise.all([server.connect(one), client.connect(other)]);
console.log(JSON.stringify((await client.listTools()).tools[0].inputSchema));
const call = async (args) => (await client.callTool({ name: "find", arguments: args })).isError === true;
console.log(await call({}), await call({ by: "id", id: 5 }));
J
mapfile -t saw < <(node ask.mjs)
is "the schema that is published" "${saw[0]}" '{"type":"object","properties":{}}'
is "is a call an error without arguments, and by id" "${saw[1]}" "true false"
