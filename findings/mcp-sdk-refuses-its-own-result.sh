#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7 (npm): server and client of one package.
# Expected: a result that the server's own check of the output schema lets through is taken by the client of the same package.
# Happens: from a plain zod shape the server publishes `additionalProperties: false`, checks without it and sends a field too many on; the client, which lists the tools first, refuses the whole result with -32602.
# Matters: a tool that returns one field more works with hosts that do not check and is an error, after it did its work, with those that do.
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
server.registerTool("sum", { description: "adds", inputSchema: {}, outputSchema: { total: z.number() } }, async () => ({
  content: [{ type: "text", text: "3" }],
  structuredContent: { total: 3, currency: "EUR" },
}));
const [one, other] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "c", version: "1.0.0" });
await Promise.all([server.connect(one), client.connect(other)]);
const call = () => client.callTool({ name: "sum", arguments: {} }).then((r) => JSON.stringify(r.structuredContent), ({ code }) => code);
console.log(await call()); // a client that has not listed the tools checks nothing
const { tools } = await client.listTools();
console.log(tools[0].outputSchema.additionalProperties);
console.log(await call());
J
mapfile -t saw < <(node ask.mjs)
is "sent by the server, whose check it passed" "${saw[0]}" '{"total":3,"currency":"EUR"}'
is "additionalProperties in the schema it publishes" "${saw[1]}" "false"
is "the same call once the tools were listed" "${saw[2]}" "-32602"
