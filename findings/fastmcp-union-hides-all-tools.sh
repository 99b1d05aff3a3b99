#!/usr/bin/env bash
# fastmcp 4.20.16 with zod 4.6.7, asked by the client of @modelcontextprotocol/sdk 1.32.2 (npm).
# Expected: a tool whose parameters are a union of two objects is listed or refused by `addTool`; so is a second tool of one name.
# Happens: the union is published as a schema without `"type": "object"`, so that the client refuses the whole list; called by its name the tool works. The
# second tool of a name takes the first one's place without a word.
# Matters: one such tool, and an agent has none of the server's tools; two modules that both have a "search" are one.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent --legacy-peer-deps fastmcp@4.20.16 zod@4.6.7 @modelcontextprotocol/sdk@1.32.2
cat >server.mjs <<'J'
import { FastMCP } from "fastmcp";
import { z } from "zod";
const server = new FastMCP({ name: "tried", version: "1.0.0" });
const tool = (name, description, parameters) => server.addTool({ name, description, parameters, execute: async () => description });
tool("search", "in the code", z.object({ text: z.string() }));
tool("search", "in the issues", z.object({}));
if (process.argv[2] === "union") tool("find", "by number or by name", z.union([z.object({ number: z.number() }), z.object({ name: z.string() })]));
await server.start({ transportType: "stdio" });
J
cat >ask.mjs <<'J'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
for (const kind of ["plain", "union"]) {
  const client = new Client({ name: "asks", version: "1.0.0" });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: ["server.mjs", kind], stderr: "ignore" }));
  const listed = await client.listTools().then(({ tools }) => tools.map(({ name, description }) => `${name} ${description}`).join(", "), (error) => `an error: ${JSON.parse(error.message)[0].path.join(".")}`);
  console.log(listed);
  const [name, given] = kind === "union" ? ["find", { number: 13 }] : ["search", { text: "x" }];
  const { content } = await client.callTool({ name, arguments: given });
  console.log(content[0].text);
  await client.close();
}
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "the list" "${saw[0]}" "search in the issues"
is "search" "${saw[1]}" "in the issues"
is "the list with a union" "${saw[2]}" "an error: tools.1.inputSchema.type"
is "find" "${saw[3]}" "by number or by name"
