// A provider that says "too many requests" has done nothing: the call is made again, so that no client has to know how.
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** What was waited already, for one call. */
export interface Waited {
  readonly times: number;
  readonly ms: number;
}

export const notWaited: Waited = { times: 0, ms: 0 };

/** The head of an answer. */
type Refusal = Pick<IncomingMessage, "statusCode" | "headers">;

const mostTimes = 6;

/**
 * Milliseconds to wait before the call is made again: what the provider asks for, or one second, two, four. Null: its
 * answer is passed on, because it is another one, because it says that trying again is of no use, or because it would
 * take longer than `patienceMs` in all. The headers are OpenAI's and Anthropic's; `retry-after` is RFC 9110's, in seconds.
 */
export function waitBefore(answer: Refusal, waited: Waited, patienceMs: number): number | null {
  const { statusCode, headers } = answer;
  if (statusCode !== 429 || headers["x-should-retry"] === "false" || waited.times >= mostTimes) return null;
  const wait = askedFor(headers) ?? 1000 * 2 ** waited.times;
  return waited.ms + wait > patienceMs ? null : wait;
}

/** Milliseconds that a refusal asks its client to wait; null where it asks for none, or is no refusal. */
export function waitAskedFor({ statusCode, headers }: Refusal): number | null {
  return (statusCode ?? 0) >= 400 ? askedFor(headers) : null;
}

function askedFor(headers: IncomingHttpHeaders): number | null {
  const ms = countIn(headers["retry-after-ms"]);
  const seconds = countIn(headers["retry-after"]);
  return ms ?? (seconds === null ? null : seconds * 1000);
}

/** A date, which the header may hold too, is not read: no provider of models sends one. */
function countIn(value: string | string[] | undefined): number | null {
  return typeof value === "string" && /^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : null;
}

/** Waits; false when the signal came first. */
export function waitFor(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve(true);
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
