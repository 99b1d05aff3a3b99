#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 and @modelcontextprotocol/client 2.4.0 (npm), over streamable HTTP.
# Expected: MCP has a client begin a new session when the server answers 404 to the one it has: after a restart of the server calls go on.
# Happens: each call, and `ping`, is rejected with 404, for good; the client stays connected, `onclose` is not called.
# Matters: a server that is restarted or forgets idle sessions is gone for every agent that runs, until that starts anew.
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
import { sessions, url } from "./server.mjs";
for (const parts of [{ Client, StreamableHTTPClientTransport }, newer]) {
  const client = new parts.Client({ name: "c", version: "1.0.0" });
  let closed = 0;
  client.onclose = () => closed++;
  await client.connect(new parts.StreamableHTTPClientTransport(url));
  const call = () => client.callTool({ name: "quick", arguments: {} }).then(() => "answered", ({ message }) => (/not found/i.test(message) ? "not found" : message));
  const told = [await call()];
  sessions.clear(); // as after a restart
  told.push(await call(), await call());
  console.log(told.join(", "), sessions.size, closed);
}
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "1.32.2: three calls, the server forgets after the first; new sessions; told closed" "${saw[0]}" "answered, not found, not found 0 0"
is "2.4.0: the same" "${saw[1]}" "answered, not found, not found 0 0"
