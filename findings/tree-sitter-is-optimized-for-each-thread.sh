#!/usr/bin/env bash
# Node 24.21.0 (npm, node) with web-tree-sitter 0.27.2 and the grammar of Bash from @vscode/tree-sitter-wasm 0.3.1.
# Expected: a thread that loads a grammar and reads a small script costs a few tenths of a second of a processor, the same for each thread.
# Happens: V8 also optimizes the grammar's largest functions, on threads of its own (three quarters of it unrolls loops), for each thread
# anew, and beyond the thread's end: eight threads, one after the other, cost several times what the first compilation and the reading cost.
# `--no-wasm-tier-up` or `--no-wasm-dynamic-tiering` alone changes nothing; both together take it away.
# Matters: who parses untrusted text in a thread of its own for each text pays far more for code that is never used than for the reading.
set -euo pipefail

for tool in npm; do command -v "$tool" >/dev/null || { echo "$tool is missing: it is needed to install"; exit 1; }; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent node@24.21.0 web-tree-sitter@0.27.2 @vscode/tree-sitter-wasm@0.3.1
npm rebuild node --ignore-scripts=false --silent >/dev/null

cat >threads.mjs <<'J'
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { Language, Parser } from "web-tree-sitter";

if (isMainThread) {
  for (let i = 0; i < 8; i++) {
    const worker = new Worker(new URL(import.meta.url));
    await new Promise((resolve) => worker.once("message", resolve));
    await worker.terminate();
  }
  const { user, system } = process.cpuUsage();
  console.log(Math.round((user + system) / 1000));
  process.exit();
} else {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(
    await Language.load(fileURLToPath(import.meta.resolve("@vscode/tree-sitter-wasm/wasm/tree-sitter-bash.wasm"))),
  );
  const script = 'add() { if [ -f sums ]; then echo "$((1+2))"; fi; }\n'.repeat(20);
  for (let i = 0; i < 300; i++) parser.parse(script).delete();
  parentPort.postMessage("read");
}
J
cost() { node_modules/.bin/node "$@" threads.mjs 2>/dev/null; }
as_it_is=$(cost)
one=$(cost --no-wasm-tier-up)
other=$(cost --no-wasm-dynamic-tiering)
both=$(cost --no-wasm-tier-up --no-wasm-dynamic-tiering)
echo "seen: eight threads, in ms of a processor: $as_it_is; one option: $one; the other: $other; both: $both"
for ms in "$as_it_is" "$one" "$other"; do
  [ "$ms" -ge $((both * 2)) ] || { echo "NO LONGER SO: $ms ms is less than twice the $both ms without optimizing"; exit 1; }
done
