#!/usr/bin/env bash
# @octokit/core 7.0.8 (npm) and an answer 200 of the type application/json whose text is cut off.
# Expected: an error, as `response.json()` throws one.
# Happens: no error: `data` is the text as it came. A field of it is undefined, its `length` is that of the text.
# Matters: what a proxy cut short reads as "no labels, no reviews, not locked"; a loop over `data` goes over its letters. Check the shape of `data` before anything is read of it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @octokit/core@7.0.8
cat >ask.mjs <<'J'
import { createServer } from "node:http";
import { Octokit } from "@octokit/core";
const whole = '{"number":1,"locked":true}';
const server = createServer((asked, answer) => {
  answer.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(asked.url === "/cut" ? whole.slice(0, -1) : whole);
}).listen(0, "127.0.0.1", async () => {
  const octokit = new Octokit({ baseUrl: `http://127.0.0.1:${server.address().port}` });
  for (const path of ["/whole", "/cut"]) {
    const { status, data } = await octokit.request(`GET ${path}`).catch(() => ({ status: "error", data: {} }));
    console.log(`${status}, ${typeof data}, locked: ${data.locked}`);
  }
  server.close();
  server.closeAllConnections();
});
J
mapfile -t saw < <(timeout 40 node ask.mjs)
is "the whole answer" "${saw[0]}" "200, object, locked: true"
is "the answer without its last letter" "${saw[1]}" "200, string, locked: undefined"
