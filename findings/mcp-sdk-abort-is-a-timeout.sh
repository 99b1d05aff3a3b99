#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2, and @modelcontextprotocol/server and client 2.4.0 (npm).
# Expected: a call that its caller aborts is rejected with an AbortError, or with the reason that was given, as `fetch` does.
# Happens: it is rejected as a request that timed out: code -32001 in 1.32.2, REQUEST_TIMEOUT in 2.4.0, with the reason as its message.
# Matters: who calls again after a timeout does so after each "stop" of a person, and a count of slow servers counts people.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/server@2.4.0 @modelcontextprotocol/client@2.4.0 zod@4.6.7
cat >ask.mjs <<'J'
import * as newer from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import * as newerServer from "@modelcontextprotocol/server";
for (const [parts, more] of [[{ Client, InMemoryTransport, McpServer }, [undefined]], [{ ...newer, ...newerServer }, []]]) {
  const server = new parts.McpServer({ name: "s", version: "1.0.0" });
  server.registerTool("slow", { description: "slow" }, () => new Promise((resolve) => setTimeout(() => resolve({ content: [] }), 500)));
  const client = new parts.Client({ name: "c", version: "1.0.0" });
  const [one, other] = parts.InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(one), client.connect(other)]);
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("a person said stop")), 50);
  const rejected = await client.callTool({ name: "slow", arguments: {} }, ...more, { signal: stop.signal }).catch((error) => error);
  console.log(rejected.name, rejected.code, rejected === stop.signal.reason);
}
J
mapfile -t saw < <(node ask.mjs)
is "1.32.2: name, code, whether it is the reason" "${saw[0]}" "McpError -32001 false"
is "2.4.0: name, code, whether it is the reason" "${saw[1]}" "SdkError REQUEST_TIMEOUT false"
