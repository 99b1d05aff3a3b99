// A model for stories, and an agent's call of it.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A server that speaks as OpenAI does and says that each call took 1,000 tokens in and 500 out, after it failed some. */
export async function aModel(failures = 0): Promise<{ url: string; keys: string[] }> {
  const keys: string[] = [];
  const server: Server = createServer((request, response) => {
    keys.push(request.headers.authorization ?? "");
    request.resume().on("end", () => {
      if (keys.length <= failures) {
        const error = { message: "The server had an error.", type: "server_error", param: null, code: null };
        return response.writeHead(500, { "content-type": "application/json" }).end(JSON.stringify({ error }));
      }
      const choice = { index: 0, finish_reason: "stop", message: { role: "assistant", content: "Done." } };
      const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
      const body = { id: "c-1", object: "chat.completion", created: 1, model: "scripted-1", choices: [choice], usage };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, keys };
}

/** One call of the model through the run's gateway, by the lease it was given. */
export const call = `node -e '
const body = JSON.stringify({ model: "scripted-1", max_tokens: 600, messages: [{ role: "user", content: "Mend it." }] });
const headers = { "content-type": "application/json", authorization: "Bearer " + process.env.OPENAI_API_KEY };
fetch(process.env.OPENAI_BASE_URL + "/chat/completions", { method: "POST", headers, body })
  .then(async (answer) => { console.log(answer.status, await answer.text()); })'`;
