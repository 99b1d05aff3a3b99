#!/usr/bin/env bash
# @octokit/plugin-retry 8.1.1 with @octokit/core 7.0.8 (npm), the retries of Octokit.
# Expected: only what may be repeated is sent again; a POST that was answered with 502, or whose connection broke, may have done its work.
# Happens: it is sent again, as a GET is, after a 502 and after a broken connection alike.
# Matters: GitHub makes the comment and its front end says 502, so the same comment, release or dispatched run is there two or three times. `retries: 0` for what writes.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @octokit/core@7.0.8 @octokit/plugin-retry@8.1.1
cat >ask.mjs <<'J'
import { createServer } from "node:http";
import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
const made = [];
let broken = 0;
const server = createServer((asked, answer) => {
  asked.resume().on("end", () => {
    made.push(asked.method);
    if (made.length > 2) answer.writeHead(201, { "content-type": "application/json" }).end("{}");
    else if (broken) asked.socket.destroy();
    else answer.writeHead(502).end();
  });
}).listen(0, "127.0.0.1", async () => {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const octokit = new (Octokit.plugin(retry))({ baseUrl: `http://127.0.0.1:${server.address().port}`, log, retry: { retryAfterBaseValue: 1 } });
  const comment = (request) =>
    octokit.request("POST /repos/o/r/issues/1/comments", { body: "done", request }).then(({ status }) => status, ({ status }) => status);
  for (const [name, request] of [["502", {}], ["broken", {}], ["502, retries 0", { retries: 0 }]]) {
    made.length = 0;
    broken = name === "broken" ? 1 : 0;
    console.log(`${await comment(request)} after ${made.join(" ")}`);
  }
  server.close();
  server.closeAllConnections();
});
J
mapfile -t saw < <(timeout 40 node ask.mjs)
is "a comment that is twice answered with 502" "${saw[0]}" "201 after POST POST POST"
is "a comment whose connection breaks twice" "${saw[1]}" "201 after POST POST POST"
is "with retries: 0" "${saw[2]}" "502 after POST"
