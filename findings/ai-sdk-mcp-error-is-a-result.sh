#!/usr/bin/env bash
# @ai-sdk/mcp 2.0.99 (npm) and a tool that answers `isError: true`, served by @modelcontextprotocol/sdk 1.32.2.
# Expected: `execute` throws, so that the call is a failed one for the AI SDK; or at least what the model is given says that it failed.
# Happens: it resolves. What goes to the model is the text alone, in the form of a result; `structuredContent` is left out of it too.
# Matters: "3 files" of a tool that failed half-way reads as success, to the model and to whoever counts failed calls. Look at `isError` yourself.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @ai-sdk/mcp@2.0.99 @modelcontextprotocol/sdk@1.32.2 zod@4.6.7
cat >serve.mjs <<'J'
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";
const server = new McpServer({ name: "s", version: "1.0.0" });
const content = [{ type: "text", text: "3 files" }];
server.registerTool("works", { description: "w", inputSchema: {} }, async () => ({ content }));
server.registerTool("fails", { description: "f", inputSchema: {} }, async () => ({ content, isError: true }));
server.registerTool("counts", { description: "c", inputSchema: {}, outputSchema: { n: z.number() } }, async () => ({ content, structuredContent: { n: 3 } }));
await server.connect(new StdioServerTransport());
J
cat >ask.mjs <<'J'
import { createMCPClient } from "@ai-sdk/mcp";
import { Experimental_StdioMCPTransport } from "@ai-sdk/mcp/mcp-stdio";
const client = await createMCPClient({ transport: new Experimental_StdioMCPTransport({ command: process.execPath, args: ["serve.mjs"] }) });
const tools = await client.tools();
for (const name of ["works", "fails", "counts"]) {
  const output = await tools[name].execute({}, { toolCallId: "1", messages: [] }).catch(() => "thrown");
  console.log(JSON.stringify(tools[name].toModelOutput({ output, toolCallId: "1", input: {} })));
}
await client.close();
J
mapfile -t saw < <(node ask.mjs)
is "what the model is given of a tool that works" "${saw[0]}" '{"type":"content","value":[{"type":"text","text":"3 files"}]}'
is "of one that fails" "${saw[1]}" '{"type":"content","value":[{"type":"text","text":"3 files"}]}'
is "of one with structured content" "${saw[2]}" '{"type":"content","value":[{"type":"text","text":"3 files"}]}'
