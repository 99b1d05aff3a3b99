#!/usr/bin/env bash
# start-server-and-test 3.0.12 (npm), which starts a server, waits for its address, runs the tests and ends the server.
# Expected: a server that ends by itself with an error before the tests are over makes the run red.
# Happens: its end is looked at only until the address answers. When anyone else listens there, the server's failure (exit 3 here, never having listened) is passed over: exit 0.
# Matters: with a port that is in use, by the run before or a developer's own server, the tests run against that one, and a change that cannot start is green.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent start-server-and-test@3.0.12
cat >package.json <<'J'
{"name":"x","version":"1.0.0","scripts":{"server":"until test -e started; do sleep 0.2; done; exit 3","server:now":"exit 3","check":"touch started; sleep 3"}}
J
cat >other.mjs <<'J'
import { createServer } from "node:http";
import { writeFileSync } from "node:fs";
const server = createServer((_, answer) => answer.end("another server")).listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
setTimeout(() => process.exit(), 55_000);
J
node other.mjs & other=$!
trap 'kill "$other" 2>/dev/null || true; rm -rf "$folder"' EXIT
until [ -s port ]; do kill -0 "$other"; sleep 0.1; done
code() { local code=0; WAIT_ON_TIMEOUT=8000 node_modules/.bin/start-server-and-test "$@" >said 2>&1 || code=$?; echo "$code"; }
is "the server fails, nobody listens" "$(code server:now http://127.0.0.1:9 check)" 1
is "the server fails while another one listens" "$(code server "http://127.0.0.1:$(cat port)" check)" 0
