#!/usr/bin/env bash
# @ai-sdk/openai-compatible 3.0.92 with ai 7.0.173 (npm), against a server on loopback that tells its tokens as OpenAI's does.
# Expected: a streamed answer tells how many tokens it took, as one that is not streamed does, or asking for them is an error.
# Happens: it does not ask the server for them: every figure of `usage` is undefined, without a warning; `includeUsage: true` of the provider mends it.
# Matters: sums of undefined are NaN or 0, and a budget that is kept by them is never used up.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent ai@7.0.173 @ai-sdk/openai-compatible@3.0.92
cat >ask.mjs <<'J'
import { once } from "node:events";
import { createServer } from "node:http";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";
const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
const server = createServer(async (request, response) => {
  const { stream, stream_options } = JSON.parse((await request.toArray()).join(""));
  const base = { id: "c", created: 1, model: "m" };
  const chunk = (rest) => `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", ...rest })}\n\n`;
  const text = { role: "assistant", content: "hi" };
  if (stream)
    response.writeHead(200, { "content-type": "text/event-stream" }).end(
      `${chunk({ choices: [{ index: 0, delta: text, finish_reason: "stop" }] })}${stream_options?.include_usage ? chunk({ choices: [], usage }) : ""}data: [DONE]\n\n`,
    );
  else
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ ...base, object: "chat.completion", usage, choices: [{ index: 0, message: text, finish_reason: "stop" }] }));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const provider = (more) => createOpenAICompatible({ name: "own", baseURL: `http://127.0.0.1:${server.address().port}/v1`, apiKey: "k", ...more })("m");
const tell = ({ inputTokens, outputTokens, totalTokens }) => console.log(inputTokens, outputTokens, totalTokens);
tell((await generateText({ model: provider(), prompt: "x" })).usage);
tell(await streamText({ model: provider(), prompt: "x" }).usage);
tell(await streamText({ model: provider({ includeUsage: true }), prompt: "x" }).usage);
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "tokens of an answer in one piece" "${saw[0]}" "10 2 12"
is "tokens of a streamed one" "${saw[1]}" "undefined undefined undefined"
is "with includeUsage" "${saw[2]}" "10 2 12"
