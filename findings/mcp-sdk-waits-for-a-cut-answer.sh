#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 and @modelcontextprotocol/client 2.4.0 (npm), over streamable HTTP, with a server that keeps no events.
# Expected: a call whose connection breaks before its answer is rejected at once: nothing can bring that answer any more.
# Happens: the client hears of the break, and says so in `onerror`; the call goes on waiting until its time is up, a minute where none is given, and
# is then told as one that timed out. The tool has done its work.
# Matters: each broken connection costs an agent a minute, and what it is told is that the tool was slow.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.4.0 zod@4.6.7
cat >server.mjs <<'J'
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
export const sessions = new Map();
export const seen = [];
const sockets = new Set();
const notFound = { jsonrpc: "2.0", error: { code: -32001, message: "Session not found" }, id: null };
async function serve(request, response) {
  const id = request.headers["mcp-session-id"];
  if (id !== undefined && !sessions.has(id)) return response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify(notFound));
  const transport = sessions.get(id) ?? new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID, onsessioninitialized: (own) => sessions.set(own, transport) });
  if (id === undefined) {
    const server = new McpServer({ name: "s", version: "1.0.0" });
    server.registerTool("quick", { description: "quick" }, async () => ({ content: [] }));
    server.registerTool("cut", { description: "its connection breaks" }, async () => {
      seen.push("called");
      setTimeout(() => sockets.forEach((socket) => socket.destroy()), 100);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { content: [] };
    });
    await server.connect(transport);
  }
  await transport.handleRequest(request, response);
}
const http = createServer((request, response) => void serve(request, response));
http.on("connection", (socket) => sockets.add(socket));
await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
export const url = new URL(`http://127.0.0.1:${http.address().port}/mcp`);
J
cat >ask.mjs <<'J'
import * as newer from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { seen, url } from "./server.mjs";
for (const [parts, more] of [[{ Client, StreamableHTTPClientTransport }, [undefined]], [newer, []]]) {
  const client = new parts.Client({ name: "c", version: "1.0.0" });
  const errors = [];
  client.onerror = ({ message }) => errors.push(message);
  await client.connect(new parts.StreamableHTTPClientTransport(url));
  const begun = Date.now();
  const { code } = await client.callTool({ name: "cut", arguments: {} }, ...more, { timeout: 4000 }).catch((error) => error);
  console.log(code, Date.now() - begun >= 4000 ? "when its time was up" : "before", errors.some((message) => /terminated/.test(message)), seen.splice(0).length);
}
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "1.32.2: code, when, whether the break was heard of, times the tool was called" "${saw[0]}" "-32001 when its time was up true 1"
is "2.4.0: the same" "${saw[1]}" "REQUEST_TIMEOUT when its time was up true 1"
