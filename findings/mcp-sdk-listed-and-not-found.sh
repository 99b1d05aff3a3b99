#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2, and @modelcontextprotocol/server and client 2.4.0 (npm).
# Expected: a resource that `resources/list` names can be read by that name.
# Happens: `https://example.com`, `HTTP://Example.com/x`, `file:///a/../b` and `docs://x/ü` are listed as they were registered, and reading them is
# -32602, not found: what is asked for is brought into the form of a URL first, what was registered is not. `docs://Readme` can be read.
# Matters: an agent that reads what it was told is there gets an error, and one letter decides.
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
const names = ["https://example.com", "HTTP://Example.com/x", "file:///a/../b", "docs://x/ü", "docs://Readme"];
for (const parts of [{ Client, InMemoryTransport, McpServer }, { ...newer, ...newerServer }]) {
  const server = new parts.McpServer({ name: "s", version: "1.0.0" });
  for (const name of names) server.registerResource(name, name, {}, async ({ href }) => ({ contents: [{ uri: href, text: "here" }] }));
  const client = new parts.Client({ name: "c", version: "1.0.0" });
  const [one, other] = parts.InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(one), client.connect(other)]);
  const { resources } = await client.listResources();
  const read = resources.map(({ uri }) => client.readResource({ uri }).then(() => "read", ({ code }) => code));
  console.log(resources.length, ...(await Promise.all(read)));
}
J
mapfile -t saw < <(node ask.mjs)
is "1.32.2: listed, and how reading each ends" "${saw[0]}" "5 -32602 -32602 -32602 -32602 read"
is "2.4.0: listed, and how reading each ends" "${saw[1]}" "5 -32602 -32602 -32602 -32602 read"
