#!/usr/bin/env bash
# @modelcontextprotocol/server-filesystem 2026.8.31, its tools `edit_file` and `read_text_file`, asked by @modelcontextprotocol/sdk 1.32.2 (npm).
# Expected: an edit changes what it names and nothing else; one that fits two places is refused; the last line of a file is its last line.
# Happens: a file with CRLF has LF in all its lines afterwards; of two places the first is changed without a word; `tail: 1` of a file
# whose last line ends as lines do is empty.
# Matters: one word changed by an agent is a diff of the whole file, and of two equal lines the wrong one may be the changed one.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @modelcontextprotocol/server-filesystem@2026.8.31 @modelcontextprotocol/sdk@1.32.2
cat >ask.mjs <<'J'
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
mkdirSync("files");
const path = `${realpathSync("files")}/a.txt`;
const args = ["node_modules/@modelcontextprotocol/server-filesystem/dist/index.js", realpathSync("files")];
const client = new Client({ name: "c", version: "1.0.0" });
await client.connect(new StdioClientTransport({ command: "node", args, stderr: "ignore" }));
const edit = async (before, oldText, newText) => {
  writeFileSync(path, before);
  const { isError } = await client.callTool({ name: "edit_file", arguments: { path, edits: [{ oldText, newText }] } });
  return `${isError ?? false} ${JSON.stringify(readFileSync(path, "utf8"))}`;
};
console.log(await edit("one\r\ntwo\r\n", "one", "uno"));
console.log(await edit("same\nsame\n", "same", "other"));
writeFileSync(path, "one\ntwo\n");
const last = await client.callTool({ name: "read_text_file", arguments: { path, tail: 1 } });
console.log(JSON.stringify(last.content[0].text));
await client.close();
J
mapfile -t saw < <(node ask.mjs)
is "an edit of one line of two with CRLF" "${saw[0]}" 'false "uno\ntwo\n"'
is "an edit that fits two lines" "${saw[1]}" 'false "other\nsame\n"'
is "the last line" "${saw[2]}" '""'
