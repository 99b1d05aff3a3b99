#!/usr/bin/env bash
# @upstash/context7-mcp 4.1.1 (npm), a library is looked for while its service cannot be reached.
# Expected: a result with `isError: true`, as the protocol has it for what a tool could not do, or a JSON-RPC error.
# Happens: an ordinary result without `isError`, whose text is "Error searching libraries: TypeError: fetch failed".
# Matters: whoever counts failed calls, or retries them, sees a tool that always works; only a reader of the text knows better.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the server"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent --ignore-scripts @upstash/context7-mcp@4.1.1
cat >ask.mjs <<'J'
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
const env = { ...process.env, CONTEXT7_API_URL: "http://127.0.0.1:9" }; // nothing listens there
const server = spawn("node", ["node_modules/@upstash/context7-mcp/dist/index.js"], { env, stdio: ["pipe", "pipe", "ignore"] });
const say = (message) => server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const call = { name: "resolve-library-id", arguments: { libraryName: "zod", query: "dates" } };
createInterface({ input: server.stdout }).on("line", (line) => {
  const { id, result } = JSON.parse(line);
  if (id === 1) say({ method: "notifications/initialized" });
  if (id === 1) say({ id: 2, method: "tools/call", params: call });
  if (id !== 2) return;
  console.log(result.isError ?? "not there");
  console.log(result.content[0].text);
  server.stdin.end();
});
say({ id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "c", version: "1" } } });
J
said=$(node ask.mjs)
is "isError" "$(sed -n 1p <<<"$said")" "not there"
is "the text" "$(sed -n 2p <<<"$said")" "Error searching libraries: TypeError: fetch failed"
