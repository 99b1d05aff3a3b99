#!/usr/bin/env bash
# undici 7.30.2 (npm), RetryAgent against a server on loopback that answers 429 with `Retry-After`.
# Expected: what the server asks for is heeded: the next try comes after that time, or never when the time is longer than we would wait.
# Happens: `maxTimeout`, 30 seconds when nothing is set, cuts the server's time as well: asked to stay away for longer, it comes back after `maxTimeout`.
# Matters: a provider that says ten minutes is asked again every 30 seconds, until the tries are used up, and may count each of them against us.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent undici@7.30.2
cat >ask.mjs <<'J'
import { once } from "node:events";
import { createServer } from "node:http";
import { Agent, fetch, RetryAgent } from "undici";
const asked = [];
const server = createServer((_, response) => {
  asked.push(performance.now());
  response.writeHead(asked.length === 1 ? 429 : 200, { "retry-after": "8" }).end("ok");
}).listen(0, "127.0.0.1");
await once(server, "listening");
const dispatcher = new RetryAgent(new Agent(), { maxTimeout: 1_000 });
const { status } = await fetch(`http://127.0.0.1:${server.address().port}/`, { dispatcher });
const waited = asked[1] - asked[0];
console.log(`${asked.length} requests, ${status}, ${waited < 7_000 ? "long before" : "after"} the time that was asked for`);
console.error(`waited ${Math.round(waited)} ms of 8000`);
process.exit();
J
is "asked for 8 s, with a maxTimeout of 1 s" "$(node ask.mjs)" "2 requests, 200, long before the time that was asked for"
