#!/usr/bin/env bash
# mcp-proxy 6.7.19, a stdio server behind HTTP, asked by @modelcontextprotocol/sdk 1.32.2 (npm).
# Expected: once the server behind it has ended, it is started again for the next client, or the proxy ends, or the client cannot connect.
# Happens: a new client still connects and is told the server's name and tools' capability; every call is error -32603 "Not connected";
# the proxy runs on, and its `/ping` is 200.
# Matters: a health check and a handshake say that the tools are there for as long as nobody calls one.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent mcp-proxy@6.7.19 @modelcontextprotocol/sdk@1.32.2 zod@4.6.7
cat >server.mjs <<'J'
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
const server = new McpServer({ name: "behind", version: "1.0.0" });
server.registerTool("work", { description: "works once" }, async () => {
  setTimeout(() => process.exit(0), 200);
  return { content: [{ type: "text", text: "worked" }] };
});
await server.connect(new StdioServerTransport());
J
cat >ask.mjs <<'J'
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
const port = 20_000 + (process.pid % 20_000);
const address = `http://127.0.0.1:${port}`;
const args = ["node_modules/.bin/mcp-proxy", "--host", "127.0.0.1", "--port", String(port), "--", "node", "server.mjs"];
const proxy = spawn("node", args, { stdio: "ignore" });
const ping = () => fetch(`${address}/ping`).then(({ status }) => status, () => 0);
for (let tries = 0; tries < 300 && (await ping()) !== 200; tries++) await sleep(200);
const connect = async () => {
  const client = new Client({ name: "c", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${address}/mcp`)));
  return client;
};
const call = (client) => client.callTool({ name: "work", arguments: {} }).then(({ content }) => content[0].text, ({ code }) => code);
try {
  console.log(await call(await connect()));
  await sleep(2_000);
  const late = await connect();
  console.log(late.getServerVersion()?.name);
  console.log(await call(late));
  console.log(await ping(), proxy.exitCode);
} finally {
  proxy.kill();
}
process.exit(0);
J
mapfile -t saw < <(node ask.mjs)
is "the first call" "${saw[0]}" worked
is "the server's name, told to a new client after it ended" "${saw[1]}" behind
is "that client's call" "${saw[2]}" -32603
is "the ping, and the proxy's exit" "${saw[3]}" "200 null"
