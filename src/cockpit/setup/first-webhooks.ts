// Where GitHub's first webhooks arrive while an App is being made: each is checked, and none is taken that means work.
import type { Handler } from "../../base/caught.ts";
import { refuse } from "../../base/caught.ts";
import { tooEarly } from "../../base/too-early.ts";
import { readSigned } from "../../github/deliveries/body.ts";
import { createHolding } from "../../github/deliveries/holding.ts";

/** Nothing happens on a ping. Everything else is declined, so that the App, once it runs, has it sent again. */
const meansNothing = "ping";
const mostBytes = 1_048_576;

/** Answers 200 to a signed ping, `tooEarly` to any other that is signed, 401 to an unsigned one, and 503 before there is a secret. */
export function firstWebhooks(secret: () => string | null): Handler {
  const holding = createHolding(16 * mostBytes);
  return async (request, response) => {
    const key = secret();
    if (request.method !== "POST") return refuse(request, response, 405, "Only POST is answered here.");
    if (key === null) return refuse(request, response, 503, "The App is being set up.");
    const signature = String(request.headers["x-hub-signature-256"] ?? "");
    const body = /^sha256=[0-9a-f]{64}$/.test(signature)
      ? await readSigned(request, { secrets: [key], signature, limit: mostBytes, holding })
      : "not signed";
    if (typeof body === "string")
      return refuse(request, response, body === "not signed" ? 401 : 413, `The webhook is ${body}.`);
    body.release();
    if (request.headers["x-github-event"] !== meansNothing)
      return refuse(request, response, tooEarly, "The App is being set up, and takes this once it runs.");
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("heard\n");
  };
}
