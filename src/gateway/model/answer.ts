// What the client is told: the provider's answer without its headers and our key, or our own error in the provider's shape.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Family, Problem } from "./wire.ts";

/** Headers of an answer that may pass inwards; no cookies, no addresses, nothing of the operator's account. */
const passing = ["request-id", "x-request-id", "retry-after", "retry-after-ms", "x-should-retry"];

export function passingHeaders({ headers }: IncomingMessage): Record<string, string> {
  const found = passing.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(found.filter((pair): pair is [string, string] => typeof pair[1] === "string"));
}

/** The text with every trace of the real key taken out; providers do repeat a key that they refuse. */
export function withoutKey(text: string, key: string | null): string {
  return key === null || key.length === 0 ? text : text.replaceAll(key, "[key]");
}

/** Passes a whole JSON answer on. */
export function answerWhole(
  response: ServerResponse,
  answer: IncomingMessage,
  given: { readonly status: number; readonly text: string; readonly key: string | null },
): void {
  const body = Buffer.from(withoutKey(given.text, given.key));
  response.writeHead(given.status, {
    ...passingHeaders(answer),
    "content-type": "application/json",
    "content-length": String(body.length),
  });
  response.end(body);
}

/** Answers in the family's own error shape; where an answer has begun already, cuts it. */
export function refuseCall(
  family: Family,
  problem: Problem,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  if (response.headersSent) return void response.destroy();
  const { status, body } = family.renderProblem(problem);
  const whole = incoming.complete ? {} : { connection: "close" };
  response.writeHead(status, { "content-type": "application/json", ...whole });
  response.end(JSON.stringify(body));
  incoming.resume();
}
