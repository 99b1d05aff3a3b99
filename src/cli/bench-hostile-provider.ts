// A provider of models for `bench hostile`, as a process: it answers after a while, and where it is asked to with an event of 31 MB.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setPriority } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

const { BENCH_PRIORITY: priority = "0", BENCH_ANSWER_MS: answerMs = "300" } = process.env;
const usage = { input_tokens: 10, output_tokens: 10 };
const message = { id: "m", type: "message", role: "assistant", model: "bench", stop_reason: "end_turn", usage };
const answer = JSON.stringify({ ...message, content: [{ type: "text", text: "Done." }] });
const large = `event: message_start\ndata: {"type":"message_start","message":${JSON.stringify(message)}}\n\nevent: content_block_delta\ndata: {"x":"${"x".repeat(31 * 1024 * 1024)}"}\n\n`;

let calls = 0;

async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  let start = "";
  for await (const chunk of incoming) if (start.length < 200) start += String((chunk as Buffer).subarray(0, 200));
  calls += 1;
  if (start.includes('"flood"')) {
    response.writeHead(200, { "content-type": "text/event-stream" }).end(large);
    return;
  }
  await delay(Number(answerMs));
  response.writeHead(200, { "content-type": "application/json" }).end(answer);
}

setPriority(Number(priority));
const server = createServer((incoming, response) => {
  respond(incoming, response).catch(() => response.destroy());
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on("message", () => process.send?.({ calls }));
process.once("disconnect", () => process.exit(0));
