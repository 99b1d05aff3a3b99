#!/usr/bin/env bash
# @modelcontextprotocol/server-sequential-thinking 2026.8.31, asked by the client of @modelcontextprotocol/sdk 1.32.2 (npm).
# Expected: what cannot be is refused, as another field is: a branch from, or a revision of, thought 99 when there are two; a new first thought begins a new line of
# thoughts; a branch that is named is one.
# Happens: branch and revision of thought 99 are taken without a word; a `branchId` without `branchFromThought` makes no branch, and no error; after a first thought of
# another matter the history goes on counting, with the branches of the first. The number `true` is 1. Only `nextThoughtNeeded: "no"` is refused.
# Matters: an agent is told that its bookkeeping is in order whatever it says, and two tasks of one session are one line of thoughts.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @modelcontextprotocol/server-sequential-thinking@2026.8.31 @modelcontextprotocol/sdk@1.32.2
cat >ask.mjs <<'J'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
const client = new Client({ name: "asks", version: "1.0.0" });
const args = ["node_modules/@modelcontextprotocol/server-sequential-thinking/dist/index.js"];
await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "ignore" }));
const think = async (more) => {
  const given = { thought: "x", nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 2, ...more };
  const { content, isError } = await client.callTool({ name: "sequentialthinking", arguments: given });
  if (isError) return console.log("refused");
  const { thoughtNumber, branches, thoughtHistoryLength } = JSON.parse(content[0].text);
  console.log(`thought ${thoughtNumber}, branches [${branches}], ${thoughtHistoryLength} in all`);
};
await think({});
await think({ thoughtNumber: 2, branchId: "named" });
await think({ thoughtNumber: 2, branchId: "far", branchFromThought: 99 });
await think({ thoughtNumber: 2, isRevision: true, revisesThought: 99 });
await think({ thought: "another matter" });
await think({ thoughtNumber: true });
await think({ nextThoughtNeeded: "no" });
await client.close();
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "the first" "${saw[0]}" "thought 1, branches [], 1 in all"
is "a branch with a name only" "${saw[1]}" "thought 2, branches [], 2 in all"
is "a branch from thought 99" "${saw[2]}" "thought 2, branches [far], 3 in all"
is "a revision of thought 99" "${saw[3]}" "thought 2, branches [far], 4 in all"
is "another matter" "${saw[4]}" "thought 1, branches [far], 5 in all"
is "the number true" "${saw[5]}" "thought 1, branches [far], 6 in all"
is "another no" "${saw[6]}" "refused"
